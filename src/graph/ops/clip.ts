import { fail } from '../../base/fail.ts';
import type { Operand, Result } from '../define-op.ts';
import { defineUnary } from '../families.ts';
import { type ClipRange, clipGrad } from './clip-grad.ts';

const op = defineUnary<ClipRange>({
  name: 'clip',
  kernel: (k, x, y, n, { low, high }) => k.clip(x, y, n, low, high),
  reference: (x, { low, high }) => Math.min(Math.max(x, low), high),
  // dL/dx = dy where low ≤ x ≤ high, else 0
  gradient: ({ x, dy, attrs }) => clipGrad(x, dy, attrs),
  attrs: [{ low: -0.5, high: 1 }],
  test: { kinks: [-0.5, 1], tolerance: 0 },
});

/** x limited to [low, high]; either may be infinite. Shape: any → same. The bounds themselves pass the gradient. */
export function clip<X extends Operand>(x: X, low: number, high: number): Result<X> {
  if (!(low <= high)) fail('clip', '`low` <= `high`', `${low} and ${high}`);
  return op(x, { low, high });
}

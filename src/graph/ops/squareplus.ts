import { fail } from '../../base/fail.ts';
import type { Operand, Result } from '../define-op.ts';
import { defineUnary } from '../families.ts';
import { type SquareplusAttrs, squareplusGrad } from './squareplus-grad.ts';

const op = defineUnary<SquareplusAttrs>({
  name: 'squareplus',
  kernel: (k, x, y, n, { b }) => k.squareplus(x, y, n, b),
  reference: (x, { b }) => Math.max(x, 0) + b / 2 / (Math.sqrt(x * x + b) + Math.abs(x)),
  // dL/dx = dy · (1 + x/√(x² + b))/2
  gradient: ({ x, dy, attrs }) => squareplusGrad(x, dy, attrs),
  attrs: [{ b: 4 }, { b: 0.5 }],
});

/** (x + √(x² + b))/2, a smooth relu without exponentials. Shape: any → same. Barron 2021. Default b 4. */
export function squareplus<X extends Operand>(x: X, { b = 4 }: Partial<SquareplusAttrs> = {}): Result<X> {
  if (!(b > 0)) fail('squareplus', '`b` > 0', String(b));
  return op(x, { b });
}

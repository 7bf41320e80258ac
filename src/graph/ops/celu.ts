import { fail } from '../../base/fail.ts';
import type { Operand, Result } from '../define-op.ts';
import { defineUnary } from '../families.ts';
import { type CeluAttrs, celuGrad } from './celu-grad.ts';

const op = defineUnary<CeluAttrs>({
  name: 'celu',
  kernel: (k, x, y, n, { alpha }) => k.celu(x, y, n, alpha),
  reference: (x, { alpha }) => (x >= 0 ? x : alpha * Math.expm1(x / alpha)),
  // dL/dx = dy · (x ≥ 0 ? 1 : e^(x/alpha))
  gradient: ({ x, dy, attrs }) => celuGrad(x, dy, attrs),
  attrs: [{ alpha: 1 }, { alpha: 2.5 }],
});

/** max(x, 0) + alpha · (e^(min(x, 0)/alpha) − 1), smooth for every alpha. Shape: any → same. Barron 2017. Default alpha 1. */
export function celu<X extends Operand>(x: X, { alpha = 1 }: Partial<CeluAttrs> = {}): Result<X> {
  if (!(alpha > 0)) fail('celu', '`alpha` > 0', String(alpha));
  return op(x, { alpha });
}

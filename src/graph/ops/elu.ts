import type { Operand, Result } from '../define-op.ts';
import { defineUnary } from '../families.ts';
import { type EluAttrs, eluGrad } from './elu-grad.ts';

const op = defineUnary<EluAttrs>({
  name: 'elu',
  kernel: (k, x, y, n, { right, left }) => k.elu(x, y, n, right, left),
  reference: (x, { right, left }) => (x >= 0 ? right * x : left * Math.expm1(x)),
  // dL/dx = dy · (x ≥ 0 ? right : left · eˣ)
  gradient: ({ x, dy, attrs }) => eluGrad(x, dy, attrs),
  attrs: [
    { right: 1, left: 0.75 },
    { right: 1.5, left: 2 },
  ],
  test: { kinks: [0] },
});

/** Parameters of {@link elu}. */
export interface EluOptions {
  /** What the left side tends to, negated. Default 1. */
  readonly alpha?: number;
  /** Multiplies the result. Default 1. */
  readonly scale?: number;
}

/** x for x ≥ 0, alpha · (eˣ − 1) below. Shape: any → same. Clevert et al. 2015. */
export function elu<X extends Operand>(x: X, { alpha = 1, scale = 1 }: EluOptions = {}): Result<X> {
  return op(x, { right: scale, left: scale * alpha });
}

import type { Operand, Result } from '../define-op.ts';
import { normalDistribution } from '../error-function.ts';
import { defineUnary } from '../families.ts';
import { geluGrad } from './gelu-grad.ts';
import { geluTanh } from './gelu-tanh.ts';

const exact = defineUnary({
  name: 'gelu',
  kernel: (k, x, y, n) => k.gelu(x, y, n),
  reference: (x) => (x === -Infinity ? 0 : x * normalDistribution(x)),
  // dL/dx = dy · (Φ(x) + x · φ(x))
  gradient: ({ x, dy }) => geluGrad(x, dy),
});

/** How {@link gelu} is computed. */
export interface GeluOptions {
  /** Whether the normal distribution is replaced by the tanh form, see {@link geluTanh}. Default false. */
  readonly approximate?: boolean;
}

/** x · Φ(x) with the distribution function Φ of the normal distribution. Shape: any → same. Hendrycks & Gimpel 2016. */
export function gelu<X extends Operand>(x: X, { approximate = false }: GeluOptions = {}): Result<X> {
  return approximate ? geluTanh(x) : exact(x);
}

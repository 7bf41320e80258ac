import type { Operand, Result } from '../define-op.ts';
import { elu } from './elu.ts';

/** Fixed point of mean 0 and variance 1 for layers with normal weights. */
const fixedPoint = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/** λ·elu(x) with the λ and alpha that keep activations normalized. Shape: any → same. Klambauer et al. 2017. */
export function selu<X extends Operand>(x: X): Result<X> {
  return elu(x, fixedPoint);
}

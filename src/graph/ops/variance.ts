import type { Operand, Result } from '../define-op.ts';
import { square } from './square.ts';
import { sub } from './sub.ts';
import { mean } from './sum.ts';

/**
 * Mean squared distance from the mean over `axes` (default: all), divided by n, not n − 1. Reduced axes vanish, or stay as 1 with
 * `keepDims`.
 */
export function variance<X extends Operand>(x: X, axes?: number | readonly number[] | null, keepDims = false): Result<X> {
  return mean<Operand>(square(sub<Operand, Operand>(x, mean<Operand>(x, axes, true))), axes, keepDims) as Result<X>;
}

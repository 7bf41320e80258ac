import type { Operand, Result } from '../define-op.ts';
import { sqrt } from './sqrt.ts';
import { square } from './square.ts';
import { sum } from './sum.ts';

/**
 * Euclidean length over `axes` (default: all): the root of the sum of squares. Reduced axes vanish, or stay as 1 with `keepDims`. Its
 * gradient at the zero vector is NaN, as there is none.
 */
export function norm<X extends Operand>(x: X, axes?: number | readonly number[] | null, keepDims = false): Result<X> {
  return sqrt<Operand>(sum<Operand>(square<Operand>(x), axes, keepDims)) as Result<X>;
}

import type { Operand, Result } from '../define-op.ts';
import { sqrt } from './sqrt.ts';
import { variance } from './variance.ts';

/** Standard deviation over `axes` (default: all): the root of {@link variance}. Reduced axes vanish, or stay as 1 with `keepDims`. */
export function std<X extends Operand>(x: X, axes?: number | readonly number[] | null, keepDims = false): Result<X> {
  return sqrt<Operand>(variance<Operand>(x, axes, keepDims)) as Result<X>;
}

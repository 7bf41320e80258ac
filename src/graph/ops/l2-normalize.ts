import type { Operand, Result } from '../define-op.ts';
import { div } from './div.ts';
import { maximum } from './maximum.ts';
import { sqrt } from './sqrt.ts';
import { square } from './square.ts';
import { sum } from './sum.ts';

/** x divided by its Euclidean length over `axes` (default: the last), which counts as at least 1e-7. Shape: any → same. Zeros stay zeros. */
export function l2Normalize<X extends Operand>(x: X, axes: number | readonly number[] = -1): Result<X> {
  return div<Operand, Operand>(
    x,
    sqrt<Operand>(maximum<Operand, Operand>(sum<Operand>(square<Operand>(x), axes, true), 1e-14)),
  ) as Result<X>;
}

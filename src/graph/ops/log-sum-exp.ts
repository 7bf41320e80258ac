import { normalizeAxes } from '../../base/shape.ts';
import { asNode, type Operand, type Result } from '../define-op.ts';
import { add } from './add.ts';
import { clip } from './clip.ts';
import { exp } from './exp.ts';
import { log } from './log.ts';
import { max } from './max.ts';
import { reshape } from './reshape.ts';
import { stopGradient } from './stop-gradient.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

/** Largest finite float32. */
const LARGEST = 3.4028234663852886e38;

/** log Σ eˣ over `axes` (default: all) without overflow. Reduced axes vanish, or stay as 1 with `keepDims`. */
export function logSumExp<X extends Operand>(x: X, axes?: number | readonly number[] | null, keepDims = false): Result<X> {
  const { shape } = asNode('logSumExp', x);
  // Taken off before and added after, the largest element changes nothing but the range; an infinite one would leave ∞ − ∞.
  const peak = stopGradient(clip(max<Operand>(x, axes, true), -LARGEST, LARGEST));
  const result = add(log(sum(exp(sub<Operand, Operand>(x, peak)), axes, true)), peak);
  const reduced = normalizeAxes('logSumExp', axes, shape.length);
  return (
    keepDims
      ? result
      : reshape(
          result,
          shape.filter((_, axis) => !reduced.includes(axis)),
        )
  ) as Result<X>;
}

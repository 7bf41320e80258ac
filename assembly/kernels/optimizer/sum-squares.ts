/**
 * @file Squared norms of all gradients or weights, for clipping by norm and for steps measured by it. The sum is cut into chunks of SUM_SQUARES_CHUNK elements of
 * one segment each, so threads share chunks and the bits do not depend on their number; `sum` over a segment's partial
 * sums gives its squared norm, over all of them that of the whole model.
 */
import { rangeStart } from '../../lib/parallel';
import { SUM_CHUNK } from '../../lib/segment-extras';
import { Square, sumRow } from '../../lib/sum';

/** Elements per partial sum. A segment of n elements has ⌈n / SUM_SQUARES_CHUNK⌉ of them. */
export const SUM_SQUARES_CHUNK: i32 = SUM_CHUNK;

/**
 * y[k] = Σ x² over chunk k, chunks counted through the segments in order. `table` is an optimizer's table (lib/segments.ts)
 * with rows of `stride` words; x is the array in word `column`: 1 for the weights, 2 for their gradients. `chunks` is the number of
 * chunks, y's length.
 */
export function segmentsSumSquares(
  table: usize, y: usize, segments: i32, stride: i32, column: i32, chunks: i32, part: i32, parts: i32,
): void {
  assert(column > 0 && column < stride);
  const start = rangeStart(chunks, part, parts, 1);
  const end = rangeStart(chunks, part + 1, parts, 1);
  let first = 0;
  for (let s = 0; s < segments && first < end; s++) {
    const count = load<i32>(table);
    const x = <usize>load<i32>(table + ((<usize>column) << 2));
    const own = (count + SUM_SQUARES_CHUNK - 1) / SUM_SQUARES_CHUNK;
    const from = start > first ? start - first : 0;
    const to = end - first < own ? end - first : own;
    for (let k = from; k < to; k++) {
      const offset = k * SUM_SQUARES_CHUNK;
      const n = count - offset < SUM_SQUARES_CHUNK ? count - offset : SUM_SQUARES_CHUNK;
      const p = x + ((<usize>offset) << 2);
      store<f32>(y + ((<usize>(first + k)) << 2), <f32>sumRow<Square>(p, p, n));
    }
    first += own;
    table += (<usize>stride) << 2;
  }
}

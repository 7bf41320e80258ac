/** @file One-hot rows from i32 labels. */
import { rangeStart } from '../../lib/parallel';

/** y[r, c] = 1 where c = labels[r], else 0; a label outside [0, cols) gives a row of zeros. */
export function oneHot(labels: usize, y: usize, rows: i32, cols: i32, part: i32, parts: i32): void {
  assert(rows >= 0 && cols >= 0);
  const start = rangeStart(rows, part, parts, 1);
  const end = rangeStart(rows, part + 1, parts, 1);
  const stride = (<usize>cols) << 2;
  memory.fill(y + stride * <usize>start, 0, stride * <usize>(end - start));
  for (let r = start; r < end; r++) {
    const label = load<i32>(labels + ((<usize>r) << 2));
    if (label >= 0 && label < cols) store<f32>(y + stride * <usize>r + ((<usize>label) << 2), 1);
  }
}

/**
 * @file The gradient of picking rows by index: y[indices[r]] += dy[r], y starting at 0. Threads share the columns, or the rows of y
 * where columns are few; every element adds what it gets in the order of r, so its bits do not depend on them. An index that is not
 * a row of y is passed over.
 */
import { rangeStart } from '../../lib/parallel';

/** y[index][…] = Σ over r with indices[r] = index of dy[r][…]; dy is [rows, cols], y [count, cols]. */
export function scatterRows(dy: usize, indices: usize, y: usize, rows: i32, cols: i32, count: i32, part: i32, parts: i32): void {
  assert(rows >= 0 && cols >= 0 && count >= 0 && ((dy | indices | y) & 3) == 0);
  const byColumns = cols >= parts * 16;
  const colStart = byColumns ? rangeStart(cols, part, parts, 16) : 0;
  const width = (byColumns ? rangeStart(cols, part + 1, parts, 16) : cols) - colStart;
  const rowStart = byColumns ? 0 : rangeStart(count, part, parts, 1);
  const rowCount = (byColumns ? count : rangeStart(count, part + 1, parts, 1)) - rowStart;
  if (width <= 0 || rowCount <= 0) return;
  const row = <usize>cols << 2, bytes = <usize>width << 2, whole = bytes & ~15;
  dy += <usize>colStart << 2;
  y += <usize>rowStart * row + (<usize>colStart << 2);
  if (width == cols) memory.fill(y, 0, <usize>rowCount * row);
  else for (let i = 0; i < rowCount; ++i) memory.fill(y + <usize>i * row, 0, bytes);
  for (let r = 0; r < rows; ++r) {
    const index = load<i32>(indices + (<usize>r << 2)) - rowStart;
    // Unsigned, so that a negative index is too large.
    if (<u32>index >= <u32>rowCount) continue;
    const from = dy + <usize>r * row, to = y + <usize>index * row;
    let o: usize = 0;
    for (; o < whole; o += 16) v128.store(to + o, f32x4.add(v128.load(to + o), v128.load(from + o)));
    for (; o < bytes; o += 4) store<f32>(to + o, load<f32>(to + o) + load<f32>(from + o));
  }
}

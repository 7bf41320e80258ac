/**
 * @file Rows picked by index: y[r] = source[indices[r]]. Indices are i32 in range (TypeScript has checked them), except those of
 * gatherRowsWithin, which come from data. This is how a batch leaves the data set and how an embedding is looked up. Threads
 * share the rows, or the columns of very few rows.
 */

import { copyBytes, fillRow, rowFromBytes } from '../../lib/loops';
import { rangeStart } from '../../lib/parallel';
import { madd } from '../../lib/simd';

@unmanaged
class CopyWords {
  @inline row(source: usize, y: usize, n: i32, s: f32, t: f32): void {
    copyBytes(source, y, n << 2);
  }
}

@unmanaged
class ScaledByte {
  @inline f(x: v128, s: v128, t: v128): v128 {
    return madd(f32x4.convert_i32x4_s(x), s, t);
  }
}

@unmanaged
class ScaleBytes {
  @inline row(source: usize, y: usize, n: i32, s: f32, t: f32): void {
    rowFromBytes<ScaledByte>(source, y, n, s, t);
  }
}

@unmanaged
class WideByte {
  @inline f(x: v128, s: v128, t: v128): v128 {
    return x;
  }
}

@unmanaged
class WidenBytes {
  @inline row(source: usize, y: usize, n: i32, s: f32, t: f32): void {
    rowFromBytes<WideByte>(source, y, n, s, t);
  }
}

/** y[r, …] = op.row(source[indices[r], …]) where a source element has 2^shift bytes. */
function gather<Op>(
  source: usize,
  indices: usize,
  y: usize,
  rows: i32,
  cols: i32,
  shift: usize,
  s: f32,
  t: f32,
  part: i32,
  parts: i32,
): void {
  assert(rows >= 0 && cols >= 0 && ((indices | y) & 3) == 0);
  const op = changetype<Op>(0);
  const byRows = rows >= parts * 2;
  const rowEnd = byRows ? rangeStart(rows, part + 1, parts, 1) : rows;
  const colStart = byRows ? 0 : rangeStart(cols, part, parts, 16);
  const width = (byRows ? cols : rangeStart(cols, part + 1, parts, 16)) - colStart;
  if (width <= 0) return;
  for (let r = byRows ? rangeStart(rows, part, parts, 1) : 0; r < rowEnd; r++) {
    const index = <usize>load<i32>(indices + ((<usize>r) << 2));
    const from = source + ((index * <usize>cols + <usize>colStart) << shift);
    op.row(from, y + ((<usize>r * <usize>cols + <usize>colStart) << 2), width, s, t);
  }
}

/** Rows of 4-byte elements. */
export function gatherRows(source: usize, indices: usize, y: usize, rows: i32, cols: i32, part: i32, parts: i32): void {
  gather<CopyWords>(source, indices, y, rows, cols, 2, 0, 0, part, parts);
}

/** Rows of 4-byte elements of a source of `count` rows; an index outside of them gives a row of `filler` (bits). */
export function gatherRowsWithin(
  source: usize,
  indices: usize,
  y: usize,
  rows: i32,
  cols: i32,
  count: i32,
  filler: i32,
  part: i32,
  parts: i32,
): void {
  assert(rows >= 0 && cols >= 0 && count >= 0 && ((indices | y) & 3) == 0);
  const end = rangeStart(rows, part + 1, parts, 1);
  for (let r = rangeStart(rows, part, parts, 1); r < end; r++) {
    const index = load<i32>(indices + ((<usize>r) << 2));
    const to = y + ((<usize>r * <usize>cols) << 2);
    // Unsigned, so that a negative index is too large.
    if (<u32>index < <u32>count) copyBytes(source + ((<usize>index * <usize>cols) << 2), to, cols << 2);
    else fillRow(to, cols, filler);
  }
}

/** Rows of u8, as f32 u8·scale + offset. */
export function gatherRowsU8(
  source: usize,
  indices: usize,
  y: usize,
  rows: i32,
  cols: i32,
  scale: f32,
  offset: f32,
  part: i32,
  parts: i32,
): void {
  gather<ScaleBytes>(source, indices, y, rows, cols, 0, scale, offset, part, parts);
}

/** Rows of u8, as i32. */
export function gatherRowsU8ToI32(source: usize, indices: usize, y: usize, rows: i32, cols: i32, part: i32, parts: i32): void {
  gather<WidenBytes>(source, indices, y, rows, cols, 0, 0, 0, part, parts);
}

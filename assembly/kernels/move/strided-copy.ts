/**
 * @file Copies between strided views of any rank: transposes, slices, concatenation, padding, broadcasting.
 * The table holds i32 words [dims…, xStrides…, yStrides…], outermost dimension first, in elements; an x stride of 0 repeats.
 *
 * The innermost dimensions that lie evenly in both views merge into one run of columns, the next such group into the rows of
 * a block; what is left is counted through by division, once per block. A block is then one of: contiguous rows, repeated
 * elements, a 4×4-tiled transpose, or element by element.
 */

import { copyBytes, fillRow } from '../../lib/loops';
import { rangeStart } from '../../lib/parallel';

/** Word i of the table. */
function word(table: usize, i: i32): i32 {
  return load<i32>(table + ((<usize>i) << 2));
}

/** The innermost dimension at or outside of d with more than one index; −1 if there is none. */
function skipOnes(table: usize, d: i32): i32 {
  while (d >= 0 && word(table, d) == 1) d--;
  return d;
}

/** The first dimension outside of d that does not continue the run which starts with d. */
function runEnd(table: usize, rank: i32, d: i32): i32 {
  if (d < 0) return -1;
  const xStride = word(table, rank + d);
  const yStride = word(table, 2 * rank + d);
  let size = word(table, d);
  let e = skipOnes(table, d - 1);
  while (e >= 0 && word(table, rank + e) == xStride * size && word(table, 2 * rank + e) == yStride * size) {
    size *= word(table, e);
    e = skipOnes(table, e - 1);
  }
  return e;
}

/** Product of the dimensions in (from, to]. */
function product(table: usize, from: i32, to: i32): i32 {
  let size = 1;
  for (let d = to; d > from; d--) size *= word(table, d);
  return size;
}

/** Offset of the element whose linear index over dimensions 0…last is `index`, with strides at `strides`. */
function offsetOf(table: usize, strides: usize, last: i32, index: i32): i32 {
  let offset = 0;
  for (let d = last; d >= 0; d--) {
    const size = word(table, d);
    const next = index / size;
    offset += (index - next * size) * word(strides, d);
    index = next;
  }
  return offset;
}

/** One run of n elements. */
function copyRun<T>(x: usize, y: usize, n: i32, xStride: i32, yStride: i32): void {
  if (yStride == 1 && xStride == 1) {
    copyBytes(x, y, n * sizeof<T>());
  } else if (yStride == 1 && xStride == 0 && sizeof<T>() == 4) {
    fillRow(y, n, load<i32>(x));
  } else {
    const xStep = <usize>xStride * sizeof<T>();
    const yStep = <usize>yStride * sizeof<T>();
    for (let i = 0; i < n; i++) {
      store<T>(y, load<T>(x));
      x += xStep;
      y += yStep;
    }
  }
}

/** y = xᵀ for a 4×4 tile whose rows are xStep and yStep bytes apart. */
function transposeTile(x: usize, y: usize, xStep: usize, yStep: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + xStep);
  const c = v128.load(x + 2 * xStep);
  const d = v128.load(x + 3 * xStep);
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(y, i64x2.shuffle(ab0, cd0, 0, 2));
  v128.store(y + yStep, i64x2.shuffle(ab0, cd0, 1, 3));
  v128.store(y + 2 * yStep, i64x2.shuffle(ab1, cd1, 0, 2));
  v128.store(y + 3 * yStep, i64x2.shuffle(ab1, cd1, 1, 3));
}

/**
 * y[r·yRow + c] = x[r + c·xCol] for 4-byte elements. Sixteen rows at a time, four columns after four: a cache line of x is
 * used up while it is there, even where xCol is a power of two and columns evict each other.
 */
function transposeBlock(x: usize, y: usize, rows: i32, cols: i32, xCol: i32, yRow: i32): void {
  const xStep = (<usize>xCol) << 2;
  const yStep = (<usize>yRow) << 2;
  const evenCols = cols & ~3;
  const evenRows = rows & ~3;
  for (let strip = 0; strip < evenRows; strip += 16) {
    const stripEnd = min(strip + 16, evenRows);
    for (let c = 0; c < evenCols; c += 4) {
      const from = x + <usize>c * xStep;
      const to = y + ((<usize>c) << 2);
      for (let r = strip; r < stripEnd; r += 4) transposeTile(from + ((<usize>r) << 2), to + <usize>r * yStep, xStep, yStep);
    }
  }
  // What is left: the last columns of the even rows, and the last rows.
  const edge = cols - evenCols;
  const xEdge = x + <usize>evenCols * xStep;
  const yEdge = y + ((<usize>evenCols) << 2);
  if (edge > 0)
    for (let r = 0; r < evenRows; r++) copyRun<u32>(xEdge + ((<usize>r) << 2), yEdge + <usize>r * yStep, edge, xCol, 1);
  for (let r = evenRows; r < rows; r++) copyRun<u32>(x + ((<usize>r) << 2), y + <usize>r * yStep, cols, xCol, 1);
}

/** A block of rows. */
function copyBlock<T>(x: usize, y: usize, rows: i32, cols: i32, xRow: i32, xCol: i32, yRow: i32, yCol: i32): void {
  if (sizeof<T>() == 4 && xRow == 1 && yCol == 1 && xCol > 1) {
    transposeBlock(x, y, rows, cols, xCol, yRow);
    return;
  }
  for (let r = 0; r < rows; r++) {
    copyRun<T>(x, y, cols, xCol, yCol);
    x += <usize>xRow * sizeof<T>();
    y += <usize>yRow * sizeof<T>();
  }
}

/** The share of `part` of a strided copy. */
function copyView<T>(x: usize, y: usize, table: usize, rank: i32, part: i32, parts: i32): void {
  assert(rank >= 0 && ((x | y) & (sizeof<T>() - 1)) == 0);
  const inner = skipOnes(table, rank - 1);
  const middle = runEnd(table, rank, inner);
  const outer = runEnd(table, rank, middle);
  const cols = product(table, middle, inner);
  const rows = product(table, outer, middle);
  const total = product(table, -1, outer) * rows;
  const xs = table + ((<usize>rank) << 2);
  const ys = xs + ((<usize>rank) << 2);
  const xCol = inner >= 0 ? word(xs, inner) : 1;
  const yCol = inner >= 0 ? word(ys, inner) : 1;
  const xRow = middle >= 0 ? word(xs, middle) : 0;
  const yRow = middle >= 0 ? word(ys, middle) : 0;
  const byRows = total >= parts * 2;
  const end = byRows ? rangeStart(total, part + 1, parts, 1) : total;
  const colStart = byRows ? 0 : rangeStart(cols, part, parts, 16);
  const width = (byRows ? cols : rangeStart(cols, part + 1, parts, 16)) - colStart;
  if (width <= 0) return;
  for (let i = byRows ? rangeStart(total, part, parts, 1) : 0; i < end; ) {
    const block = i / rows;
    const r = i - block * rows;
    const count = min(rows - r, end - i);
    const xAt = offsetOf(table, xs, outer, block) + r * xRow + colStart * xCol;
    const yAt = offsetOf(table, ys, outer, block) + r * yRow + colStart * yCol;
    copyBlock<T>(x + <usize>xAt * sizeof<T>(), y + <usize>yAt * sizeof<T>(), count, width, xRow, xCol, yRow, yCol);
    i += count;
  }
}

/** y = x through the views of the table; 4-byte elements. */
export function stridedCopy(x: usize, y: usize, table: usize, rank: i32, part: i32, parts: i32): void {
  copyView<u32>(x, y, table, rank, part, parts);
}

/** The same for bytes. */
export function stridedCopyU8(x: usize, y: usize, table: usize, rank: i32, part: i32, parts: i32): void {
  copyView<u8>(x, y, table, rank, part, parts);
}

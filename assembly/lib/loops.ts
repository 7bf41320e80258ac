/**
 * @file The loops of the elementwise kernels, once per family. An op is an `@unmanaged class` with an inline
 * `f(…: v128): v128`, passed as a type parameter: the loop compiles to straight SIMD without calls.
 *
 * Four lanes at a time, then the tail runs the same body on one lane, so element i has the same bits whatever its
 * position, alignment or thread. Every loop reads its inputs before it writes the same place: the output may be an input.
 */

import { rangeStart } from './parallel';

/** Elements per cache line: shares of a contiguous range start at multiples of it. */
const GRAIN: i32 = 16;

/** y[i] = f(x[i]) for the share of `part`. */
export function map1<Op>(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  assert(n >= 0 && ((x | y) & 3) == 0);
  const op = changetype<Op>(0);
  const start = rangeStart(n, part, parts, GRAIN);
  const end = rangeStart(n, part + 1, parts, GRAIN);
  let p = x + ((<usize>start) << 2);
  const toY = y - x;
  const stop = x + ((<usize>end) << 2);
  const vectorStop = stop - ((<usize>(end - start) & 3) << 2);
  while (p < vectorStop) {
    v128.store(p + toY, op.f(v128.load(p)));
    p += 16;
  }
  while (p < stop) {
    v128.store_lane<f32>(p + toY, op.f(v128.load_splat<f32>(p)), 0);
    p += 4;
  }
}

/** y[i] = f(x[i], s, t) with two scalars. */
export function map1Scalars<Op>(x: usize, y: usize, n: i32, s: f32, t: f32, part: i32, parts: i32): void {
  assert(n >= 0 && ((x | y) & 3) == 0);
  const op = changetype<Op>(0);
  const start = rangeStart(n, part, parts, GRAIN);
  const end = rangeStart(n, part + 1, parts, GRAIN);
  const sv = f32x4.splat(s);
  const tv = f32x4.splat(t);
  let p = x + ((<usize>start) << 2);
  const toY = y - x;
  const stop = x + ((<usize>end) << 2);
  const vectorStop = stop - ((<usize>(end - start) & 3) << 2);
  while (p < vectorStop) {
    v128.store(p + toY, op.f(v128.load(p), sv, tv));
    p += 16;
  }
  while (p < stop) {
    v128.store_lane<f32>(p + toY, op.f(v128.load_splat<f32>(p), sv, tv), 0);
    p += 4;
  }
}

/** y[i] = f(a[i], b[i]). */
export function map2<Op>(a: usize, b: usize, y: usize, n: i32, part: i32, parts: i32): void {
  assert(n >= 0 && ((a | b | y) & 3) == 0);
  const op = changetype<Op>(0);
  const start = rangeStart(n, part, parts, GRAIN);
  const end = rangeStart(n, part + 1, parts, GRAIN);
  let p = a + ((<usize>start) << 2);
  const toB = b - a;
  const toY = y - a;
  const stop = a + ((<usize>end) << 2);
  const vectorStop = stop - ((<usize>(end - start) & 3) << 2);
  while (p < vectorStop) {
    v128.store(p + toY, op.f(v128.load(p), v128.load(p + toB)));
    p += 16;
  }
  while (p < stop) {
    v128.store_lane<f32>(p + toY, op.f(v128.load_splat<f32>(p), v128.load_splat<f32>(p + toB)), 0);
    p += 4;
  }
}

/** y[i] = f(a[i], b[i], s, t) with two scalars. */
export function map2Scalars<Op>(a: usize, b: usize, y: usize, n: i32, s: f32, t: f32, part: i32, parts: i32): void {
  assert(n >= 0 && ((a | b | y) & 3) == 0);
  const op = changetype<Op>(0);
  const start = rangeStart(n, part, parts, GRAIN);
  const end = rangeStart(n, part + 1, parts, GRAIN);
  const sv = f32x4.splat(s);
  const tv = f32x4.splat(t);
  let p = a + ((<usize>start) << 2);
  const toB = b - a;
  const toY = y - a;
  const stop = a + ((<usize>end) << 2);
  const vectorStop = stop - ((<usize>(end - start) & 3) << 2);
  while (p < vectorStop) {
    v128.store(p + toY, op.f(v128.load(p), v128.load(p + toB), sv, tv));
    p += 16;
  }
  while (p < stop) {
    v128.store_lane<f32>(p + toY, op.f(v128.load_splat<f32>(p), v128.load_splat<f32>(p + toB), sv, tv), 0);
    p += 4;
  }
}

/** y[i] = f(a[i], b[i], c[i]). */
export function map3<Op>(a: usize, b: usize, c: usize, y: usize, n: i32, part: i32, parts: i32): void {
  assert(n >= 0 && ((a | b | c | y) & 3) == 0);
  const op = changetype<Op>(0);
  const start = rangeStart(n, part, parts, GRAIN);
  const end = rangeStart(n, part + 1, parts, GRAIN);
  let p = a + ((<usize>start) << 2);
  const toB = b - a;
  const toC = c - a;
  const toY = y - a;
  const stop = a + ((<usize>end) << 2);
  const vectorStop = stop - ((<usize>(end - start) & 3) << 2);
  while (p < vectorStop) {
    v128.store(p + toY, op.f(v128.load(p), v128.load(p + toB), v128.load(p + toC)));
    p += 16;
  }
  while (p < stop) {
    v128.store_lane<f32>(p + toY, op.f(v128.load_splat<f32>(p), v128.load_splat<f32>(p + toB), v128.load_splat<f32>(p + toC)), 0);
    p += 4;
  }
}

/** One row with both operands laid out along it. */
function rowVectorVector<Op>(a: usize, b: usize, y: usize, n: i32): void {
  map2<Op>(a, b, y, n, 0, 1);
}

/** One row whose left operand is one number. */
function rowScalarVector<Op>(a: usize, b: usize, y: usize, n: i32): void {
  const op = changetype<Op>(0);
  const av = v128.load_splat<f32>(a);
  const toY = y - b;
  const stop = b + ((<usize>n) << 2);
  const vectorStop = stop - ((<usize>n & 3) << 2);
  while (b < vectorStop) {
    v128.store(b + toY, op.f(av, v128.load(b)));
    b += 16;
  }
  while (b < stop) {
    v128.store_lane<f32>(b + toY, op.f(av, v128.load_splat<f32>(b)), 0);
    b += 4;
  }
}

/** One row whose right operand is one number. */
function rowVectorScalar<Op>(a: usize, b: usize, y: usize, n: i32): void {
  const op = changetype<Op>(0);
  const bv = v128.load_splat<f32>(b);
  const toY = y - a;
  const stop = a + ((<usize>n) << 2);
  const vectorStop = stop - ((<usize>n & 3) << 2);
  while (a < vectorStop) {
    v128.store(a + toY, op.f(v128.load(a), bv));
    a += 16;
  }
  while (a < stop) {
    v128.store_lane<f32>(a + toY, op.f(v128.load_splat<f32>(a), bv), 0);
    a += 4;
  }
}

/** One row of one value. */
function rowScalarScalar<Op>(a: usize, b: usize, y: usize, n: i32): void {
  const op = changetype<Op>(0);
  fillRow(y, n, i32x4.extract_lane(op.f(v128.load_splat<f32>(a), v128.load_splat<f32>(b)), 0));
}

/** y[0…n) = one 4-byte element, given by its bits. */
export function fillRow(y: usize, n: i32, bits: i32): void {
  const v = i32x4.splat(bits);
  const stop = y + ((<usize>n) << 2);
  const vectorStop = stop - ((<usize>n & 3) << 2);
  while (y < vectorStop) {
    v128.store(y, v);
    y += 16;
  }
  while (y < stop) {
    v128.store_lane<f32>(y, v, 0);
    y += 4;
  }
}

/**
 * y[r·cols + c] = f(a[r·aRow + c·aCol], b[r·bRow + c·bCol]); aCol and bCol are 0 or 1, so each row is one of four plain
 * loops. Threads share the rows, or the columns when there are too few rows to go round.
 */
export function broadcast2<Op>(
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  cols: i32,
  aRow: i32,
  aCol: i32,
  bRow: i32,
  bCol: i32,
  part: i32,
  parts: i32,
): void {
  assert(rows >= 0 && cols >= 0 && ((a | b | y) & 3) == 0);
  assert((aCol == 0 || aCol == 1) && (bCol == 0 || bCol == 1));
  if (cols == 1 && (aRow == 0 || aRow == 1) && (bRow == 0 || bRow == 1)) {
    // A column of numbers is as good a row.
    cols = rows;
    rows = 1;
    aCol = aRow;
    bCol = bRow;
  }
  const byRows = rows >= parts * 2;
  const rowStart = byRows ? rangeStart(rows, part, parts, 1) : 0;
  const rowEnd = byRows ? rangeStart(rows, part + 1, parts, 1) : rows;
  const colStart = byRows ? 0 : rangeStart(cols, part, parts, GRAIN);
  const width = (byRows ? cols : rangeStart(cols, part + 1, parts, GRAIN)) - colStart;
  if (width <= 0) return;
  a += (<usize>(rowStart * aRow + colStart * aCol)) << 2;
  b += (<usize>(rowStart * bRow + colStart * bCol)) << 2;
  y += (<usize>(rowStart * cols + colStart)) << 2;
  const kind = (aCol << 1) | bCol;
  for (let r = rowStart; r < rowEnd; r++) {
    if (kind == 3) rowVectorVector<Op>(a, b, y, width);
    else if (kind == 2) rowVectorScalar<Op>(a, b, y, width);
    else if (kind == 1) rowScalarVector<Op>(a, b, y, width);
    else rowScalarScalar<Op>(a, b, y, width);
    a += (<usize>aRow) << 2;
    b += (<usize>bRow) << 2;
    y += (<usize>cols) << 2;
  }
}

/** y[0…bytes) = x[0…bytes). */
export function copyBytes(x: usize, y: usize, bytes: i32): void {
  const toY = y - x;
  const stop = x + <usize>bytes;
  const vectorStop = stop - (<usize>bytes & 15);
  while (x < vectorStop) {
    v128.store(x + toY, v128.load(x));
    x += 16;
  }
  if (bytes & 8) {
    store<u64>(x + toY, load<u64>(x));
    x += 8;
  }
  if (bytes & 4) {
    store<u32>(x + toY, load<u32>(x));
    x += 4;
  }
  while (x < stop) {
    store<u8>(x + toY, load<u8>(x));
    x++;
  }
}

/** y[i] = f(x[i], s, t) where x holds n bytes and f gets them as i32. */
export function rowFromBytes<Op>(x: usize, y: usize, n: i32, s: f32, t: f32): void {
  const op = changetype<Op>(0);
  const sv = f32x4.splat(s);
  const tv = f32x4.splat(t);
  const stop = x + <usize>n;
  const vectorStop = stop - (<usize>n & 7);
  while (x < vectorStop) {
    const words = v128.load_ext<u8>(x);
    v128.store(y, op.f(i32x4.extend_low_i16x8_u(words), sv, tv));
    v128.store(y, op.f(i32x4.extend_high_i16x8_u(words), sv, tv), 16);
    x += 8;
    y += 32;
  }
  while (x < stop) {
    v128.store_lane<f32>(y, op.f(i32x4.splat(<i32>load<u8>(x)), sv, tv), 0);
    x++;
    y += 4;
  }
}

/**
 * @file C = A·Bᵀ as dot products along k, where there are too few rows (or columns) to pay for packing B.
 *
 *            k →                       Eight vector sums, each four partial dot products (lanes k mod 4);
 *      a0 ─ ────────  b0 ─ ────────    the last k mod 4 products go to lane 0, then the lanes are added
 *      a1 ─ ────────  b1 ─ ────────    as (0 + 2) + (1 + 3). The order is the same in both tiles.
 *
 * Strides are in bytes; those of C are free, so that a product of few columns runs as its transpose.
 */
import { madd } from './simd';

// @ts-ignore: decorator
@inline
/** The four sums of lanes. */
function fold(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const t0 = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
  const t1 = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(t0, t1, 0, 1, 4, 5), v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
}

// @ts-ignore: decorator
@inline
function putFloat(c: usize, value: f32, add: bool): void {
  store<f32>(c, add ? load<f32>(c) + value : value);
}

/** Stores (or adds) the first `count` lanes, `cCol` bytes apart. */
function putLanes(c: usize, cCol: usize, v: v128, count: i32, add: bool): void {
  if (count >= 4 && cCol == 4) {
    v128.store(c, add ? f32x4.add(v128.load(c), v) : v);
    return;
  }
  putFloat(c, f32x4.extract_lane(v, 0), add);
  if (count > 1) putFloat(c + cCol, f32x4.extract_lane(v, 1), add);
  if (count > 2) putFloat(c + 2 * cCol, f32x4.extract_lane(v, 2), add);
  if (count > 3) putFloat(c + 3 * cCol, f32x4.extract_lane(v, 3), add);
}

/** C[rows ≤ 2 × cols ≤ 4]; rows and columns beyond the last repeat it and are not stored. */
function dot2x4(
  a0: usize, lda: usize, rows: i32, b0: usize, ldb: usize, cols: i32, c: usize, cRow: usize, cCol: usize, k: i32, add: bool,
): void {
  const a1 = rows > 1 ? a0 + lda : a0;
  const b1 = cols > 1 ? b0 + ldb : b0, b2 = cols > 2 ? b1 + ldb : b1, b3 = cols > 3 ? b2 + ldb : b2;
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00;
  let c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  const end = <usize>k << 2, whole = end & ~15;
  let o: usize = 0;
  for (; o != whole; o += 16) {
    const x0 = v128.load(a0 + o), x1 = v128.load(a1 + o);
    const y0 = v128.load(b0 + o);
    c00 = madd(x0, y0, c00); c10 = madd(x1, y0, c10);
    const y1 = v128.load(b1 + o);
    c01 = madd(x0, y1, c01); c11 = madd(x1, y1, c11);
    const y2 = v128.load(b2 + o);
    c02 = madd(x0, y2, c02); c12 = madd(x1, y2, c12);
    const y3 = v128.load(b3 + o);
    c03 = madd(x0, y3, c03); c13 = madd(x1, y3, c13);
  }
  for (; o != end; o += 4) {
    const x0 = v128.load32_zero(a0 + o), x1 = v128.load32_zero(a1 + o);
    const y0 = v128.load32_zero(b0 + o), y1 = v128.load32_zero(b1 + o);
    const y2 = v128.load32_zero(b2 + o), y3 = v128.load32_zero(b3 + o);
    c00 = madd(x0, y0, c00); c01 = madd(x0, y1, c01); c02 = madd(x0, y2, c02); c03 = madd(x0, y3, c03);
    c10 = madd(x1, y0, c10); c11 = madd(x1, y1, c11); c12 = madd(x1, y2, c12); c13 = madd(x1, y3, c13);
  }
  const r0 = fold(c00, c01, c02, c03), r1 = fold(c10, c11, c12, c13);
  putLanes(c, cCol, r0, cols, add);
  if (rows > 1) putLanes(c + cRow, cCol, r1, cols, add);
}

/** C[1 × 8]. */
function dot1x8(a: usize, b: usize, ldb: usize, c: usize, cCol: usize, k: i32, add: bool): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
  const end = b + (<usize>k << 2), whole = b + (<usize>(k & ~3) << 2);
  while (b != whole) {
    const x = v128.load(a);
    let p = b;
    c0 = madd(x, v128.load(p), c0); p += ldb;
    c1 = madd(x, v128.load(p), c1); p += ldb;
    c2 = madd(x, v128.load(p), c2); p += ldb;
    c3 = madd(x, v128.load(p), c3); p += ldb;
    c4 = madd(x, v128.load(p), c4); p += ldb;
    c5 = madd(x, v128.load(p), c5); p += ldb;
    c6 = madd(x, v128.load(p), c6); p += ldb;
    c7 = madd(x, v128.load(p), c7);
    a += 16; b += 16;
  }
  while (b != end) {
    const x = v128.load32_zero(a);
    let p = b;
    c0 = madd(x, v128.load32_zero(p), c0); p += ldb;
    c1 = madd(x, v128.load32_zero(p), c1); p += ldb;
    c2 = madd(x, v128.load32_zero(p), c2); p += ldb;
    c3 = madd(x, v128.load32_zero(p), c3); p += ldb;
    c4 = madd(x, v128.load32_zero(p), c4); p += ldb;
    c5 = madd(x, v128.load32_zero(p), c5); p += ldb;
    c6 = madd(x, v128.load32_zero(p), c6); p += ldb;
    c7 = madd(x, v128.load32_zero(p), c7);
    a += 4; b += 4;
  }
  const r0 = fold(c0, c1, c2, c3), r1 = fold(c4, c5, c6, c7);
  putLanes(c, cCol, r0, 4, add);
  putLanes(c + 4 * cCol, cCol, r1, 4, add);
}

/** C[rows × cols] = A·Bᵀ (+ C when `add`). */
export function dotBlock(
  a: usize, lda: usize, b: usize, ldb: usize, c: usize, cRow: usize, cCol: usize, rows: i32, cols: i32, k: i32, add: bool,
): void {
  const pairs = rows & ~1;
  for (let j = 0; j < cols; j += 4) {
    const bj = b + <usize>j * ldb, cj = c + <usize>j * cCol;
    for (let i = 0; i < pairs; i += 2) {
      dot2x4(a + <usize>i * lda, lda, 2, bj, ldb, cols - j, cj + <usize>i * cRow, cRow, cCol, k, add);
    }
  }
  if (pairs == rows) return;
  a += <usize>pairs * lda; c += <usize>pairs * cRow;
  let j = 0;
  for (; j <= cols - 8; j += 8) dot1x8(a, b + <usize>j * ldb, ldb, c + <usize>j * cCol, cCol, k, add);
  for (; j < cols; j += 4) dot2x4(a, lda, 1, b + <usize>j * ldb, ldb, cols - j, c + <usize>j * cCol, cRow, cCol, k, add);
}

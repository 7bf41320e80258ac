/**
 * @file The register tiles of matrix multiplication: rows × columns of C held in vector registers while k runs.
 *
 *            b: 16 columns, one row per k         Each step of k loads one row of the panel of B (4 vectors), splats
 *          ┌────┬────┬────┬────┐                  one element of A per row, and adds rows × columns products. 2×16 and
 *      a0 ─┤ c00  c01  c02  c03│                  4×8 keep 8 sums, 4 (2) of B and 1–2 of A in registers; V8 has 15 for
 *      a1 ─┤ c10  c11  c12  c13│                  vectors, and a tile that spills loses half its speed.
 *          └────┴────┴────┴────┘
 *
 * The steps of the widest tile are written out twice with an exit between them: the exit keeps V8 from moving the loads of
 * both steps to the front, which would spill. Pointers advance inside the loops instead of being base + offset, as V8 would
 * compute the base again in each step.
 *
 * Each function does a panel: `rows` rows of A and `cols` columns of C, cols up to the width of the tile. B has the whole
 * width, C only `cols`. Row i of A starts at a + (i >> 2) · aQuad + (i & 3) · aRow and steps by aStep. Strides are in
 * bytes. `add` keeps what C holds. An element is its own sum along k, in order, from +0: the same bits in every tile.
 */
import { loadSome, storeSome } from './gemm-edge';
import { madd } from './simd';

// @ts-ignore: decorator
@inline
/** Stores a row of 16 columns, or adds it to C; the last vector has `count` columns. */
function put16(c: usize, v0: v128, v1: v128, v2: v128, v3: v128, count: i32, add: bool): void {
  if (add) {
    v0 = f32x4.add(v128.load(c), v0);
    v1 = f32x4.add(v128.load(c, 16), v1);
    v2 = f32x4.add(v128.load(c, 32), v2);
    v3 = f32x4.add(loadSome(c + 48, count), v3);
  }
  v128.store(c, v0);
  v128.store(c, v1, 16);
  v128.store(c, v2, 32);
  storeSome(c + 48, v3, count);
}

// @ts-ignore: decorator
@inline
/** Stores a row of 12 columns, or adds it to C; the last vector has `count` columns. */
function put12(c: usize, v0: v128, v1: v128, v2: v128, count: i32, add: bool): void {
  if (add) {
    v0 = f32x4.add(v128.load(c), v0);
    v1 = f32x4.add(v128.load(c, 16), v1);
    v2 = f32x4.add(loadSome(c + 32, count), v2);
  }
  v128.store(c, v0);
  v128.store(c, v1, 16);
  storeSome(c + 32, v2, count);
}

// @ts-ignore: decorator
@inline
/** Stores a row of 8 columns, or adds it to C; the last vector has `count` columns. */
function put8(c: usize, v0: v128, v1: v128, count: i32, add: bool): void {
  if (add) {
    v0 = f32x4.add(v128.load(c), v0);
    v1 = f32x4.add(loadSome(c + 16, count), v1);
  }
  v128.store(c, v0);
  storeSome(c + 16, v1, count);
}

// @ts-ignore: decorator
@inline
/** Stores a row of 4 columns, or adds it to C; the last vector has `count` columns. */
function put4(c: usize, v0: v128, count: i32, add: bool): void {
  if (add) {
    v0 = f32x4.add(loadSome(c, count), v0);
  }
  storeSome(c, v0, count);
}

/** C[rows × cols], cols in 13…16: tiles of 2×16, and 1×16 for an odd last row. */
export function panel16(
  a: usize, aQuad: usize, aRow: usize, aStep: usize, b: usize, bStep: usize,
  c: usize, ldc: usize, rows: i32, cols: i32, k: i32, add: bool,
): void {
  const end = b + bStep * k, count = cols - 12;
  let i = 0;
  for (; i < rows - 1; i += 2) {
    let a0 = a + <usize>(i >> 2) * aQuad + <usize>(i & 2) * aRow, a1 = a0 + aRow;
    let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00;
    let c10 = c00, c11 = c00, c12 = c00, c13 = c00;
    let p = b;
    while (p != end) {
      const b0 = v128.load(p), b1 = v128.load(p, 16), b2 = v128.load(p, 32), b3 = v128.load(p, 48);
      const x0 = v128.load_splat<f32>(a0);
      c00 = madd(x0, b0, c00); c01 = madd(x0, b1, c01); c02 = madd(x0, b2, c02); c03 = madd(x0, b3, c03);
      const x1 = v128.load_splat<f32>(a1);
      c10 = madd(x1, b0, c10); c11 = madd(x1, b1, c11); c12 = madd(x1, b2, c12); c13 = madd(x1, b3, c13);
      a0 += aStep; a1 += aStep; p += bStep;
      if (p == end) break;
      const b0n = v128.load(p), b1n = v128.load(p, 16), b2n = v128.load(p, 32), b3n = v128.load(p, 48);
      const x0n = v128.load_splat<f32>(a0);
      c00 = madd(x0n, b0n, c00); c01 = madd(x0n, b1n, c01); c02 = madd(x0n, b2n, c02); c03 = madd(x0n, b3n, c03);
      const x1n = v128.load_splat<f32>(a1);
      c10 = madd(x1n, b0n, c10); c11 = madd(x1n, b1n, c11); c12 = madd(x1n, b2n, c12); c13 = madd(x1n, b3n, c13);
      a0 += aStep; a1 += aStep; p += bStep;
    }
    put16(c, c00, c01, c02, c03, count, add);
    put16(c + ldc, c10, c11, c12, c13, count, add);
    c += 2 * ldc;
  }
  if (i < rows) {
    let a0 = a + <usize>(i >> 2) * aQuad + <usize>(i & 2) * aRow;
    let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00;
    let p = b;
    while (p != end) {
      const b0 = v128.load(p), b1 = v128.load(p, 16), b2 = v128.load(p, 32), b3 = v128.load(p, 48);
      const x0 = v128.load_splat<f32>(a0);
      c00 = madd(x0, b0, c00); c01 = madd(x0, b1, c01); c02 = madd(x0, b2, c02); c03 = madd(x0, b3, c03);
      a0 += aStep; p += bStep;
    }
    put16(c, c00, c01, c02, c03, count, add);
  }
}

/** C[1 × 24]: for a single row, whose B is read in place; six sums hide the latency of the additions. */
export function row24(a: usize, aStep: usize, b: usize, bStep: usize, c: usize, k: i32, add: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c04 = c00, c05 = c00;
  const end = b + bStep * k;
  while (b != end) {
    const x = v128.load_splat<f32>(a);
    c00 = madd(x, v128.load(b), c00); c01 = madd(x, v128.load(b, 16), c01); c02 = madd(x, v128.load(b, 32), c02);
    c03 = madd(x, v128.load(b, 48), c03); c04 = madd(x, v128.load(b, 64), c04); c05 = madd(x, v128.load(b, 80), c05);
    a += aStep; b += bStep;
  }
  put12(c, c00, c01, c02, 4, add);
  put12(c + 48, c03, c04, c05, 4, add);
}

/** C[rows × cols], cols in 9…12: tiles of 2×12; rows beyond the last repeat it and are not stored. */
export function panel12(
  a: usize, aQuad: usize, aRow: usize, aStep: usize, b: usize, bStep: usize,
  c: usize, ldc: usize, rows: i32, cols: i32, k: i32, add: bool,
): void {
  const end = b + bStep * k, count = cols - 8;
  for (let i = 0; i < rows; i += 2) {
    let a0 = a + <usize>(i >> 2) * aQuad + <usize>(i & 2) * aRow, a1 = i + 1 < rows ? a0 + aRow : a0;
    let c00 = f32x4.splat(0), c01 = c00, c02 = c00;
    let c10 = c00, c11 = c00, c12 = c00;
    let p = b;
    while (p != end) {
      const b0 = v128.load(p), b1 = v128.load(p, 16), b2 = v128.load(p, 32);
      const x0 = v128.load_splat<f32>(a0);
      c00 = madd(x0, b0, c00); c01 = madd(x0, b1, c01); c02 = madd(x0, b2, c02);
      const x1 = v128.load_splat<f32>(a1);
      c10 = madd(x1, b0, c10); c11 = madd(x1, b1, c11); c12 = madd(x1, b2, c12);
      a0 += aStep; a1 += aStep; p += bStep;
    }
    put12(c, c00, c01, c02, count, add);
    if (i + 1 < rows) put12(c + ldc, c10, c11, c12, count, add);
    c += 2 * ldc;
  }
}

/** C[rows × cols], cols in 5…8: tiles of 4×8; rows beyond the last repeat it and are not stored. */
export function panel8(
  a: usize, aQuad: usize, aRow: usize, aStep: usize, b: usize, bStep: usize,
  c: usize, ldc: usize, rows: i32, cols: i32, k: i32, add: bool,
): void {
  const end = b + bStep * k, count = cols - 4;
  for (let i = 0; i < rows; i += 4) {
    const left = rows - i;
    let a0 = a, a1 = left > 1 ? a0 + aRow : a0, a2 = left > 2 ? a1 + aRow : a1, a3 = left > 3 ? a2 + aRow : a2;
    let c00 = f32x4.splat(0), c01 = c00;
    let c10 = c00, c11 = c00;
    let c20 = c00, c21 = c00;
    let c30 = c00, c31 = c00;
    let p = b;
    while (p != end) {
      const b0 = v128.load(p), b1 = v128.load(p, 16);
      const x0 = v128.load_splat<f32>(a0);
      c00 = madd(x0, b0, c00); c01 = madd(x0, b1, c01);
      const x1 = v128.load_splat<f32>(a1);
      c10 = madd(x1, b0, c10); c11 = madd(x1, b1, c11);
      const x2 = v128.load_splat<f32>(a2);
      c20 = madd(x2, b0, c20); c21 = madd(x2, b1, c21);
      const x3 = v128.load_splat<f32>(a3);
      c30 = madd(x3, b0, c30); c31 = madd(x3, b1, c31);
      a0 += aStep; a1 += aStep; a2 += aStep; a3 += aStep; p += bStep;
    }
    put8(c, c00, c01, count, add);
    if (left > 1) put8(c + ldc, c10, c11, count, add);
    if (left > 2) put8(c + 2 * ldc, c20, c21, count, add);
    if (left > 3) put8(c + 3 * ldc, c30, c31, count, add);
    a += aQuad;
    c += 4 * ldc;
  }
}

/** C[rows × cols], cols in 1…4: tiles of 4×4; rows beyond the last repeat it and are not stored. */
export function panel4(
  a: usize, aQuad: usize, aRow: usize, aStep: usize, b: usize, bStep: usize,
  c: usize, ldc: usize, rows: i32, cols: i32, k: i32, add: bool,
): void {
  const end = b + bStep * k, count = cols;
  for (let i = 0; i < rows; i += 4) {
    const left = rows - i;
    let a0 = a, a1 = left > 1 ? a0 + aRow : a0, a2 = left > 2 ? a1 + aRow : a1, a3 = left > 3 ? a2 + aRow : a2;
    let c00 = f32x4.splat(0);
    let c10 = c00;
    let c20 = c00;
    let c30 = c00;
    let p = b;
    while (p != end) {
      const b0 = v128.load(p);
      const x0 = v128.load_splat<f32>(a0);
      c00 = madd(x0, b0, c00);
      const x1 = v128.load_splat<f32>(a1);
      c10 = madd(x1, b0, c10);
      const x2 = v128.load_splat<f32>(a2);
      c20 = madd(x2, b0, c20);
      const x3 = v128.load_splat<f32>(a3);
      c30 = madd(x3, b0, c30);
      a0 += aStep; a1 += aStep; a2 += aStep; a3 += aStep; p += bStep;
    }
    put4(c, c00, count, add);
    if (left > 1) put4(c + ldc, c10, count, add);
    if (left > 2) put4(c + 2 * ldc, c20, count, add);
    if (left > 3) put4(c + 3 * ldc, c30, count, add);
    a += aQuad;
    c += 4 * ldc;
  }
}

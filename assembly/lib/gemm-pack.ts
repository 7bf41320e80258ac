/**
 * @file Packing for matrix multiplication: a panel of B (up to 16 columns × a block of k) or of A is copied into scratch so
 * that the tile reads consecutive addresses. That keeps a panel in the first-level cache whatever the leading dimension
 * (rows 2 KiB apart share two cache sets), turns Bᵀ into B, and pads columns to whole vectors with zeros.
 *
 *   panel of B:  [k][width]       width = 4, 8, 12 or 16 floats
 *   panels of A: [m/4][k][4]      (form TN only: A is stored [k][m])
 *
 * Strides are in bytes.
 */

import { loadSome } from './gemm-edge';

/** Packs `cols` columns of B[k][·] (rows `ldb` apart) as [k][width]. */
export function packColumns(b: usize, ldb: usize, panel: usize, k: i32, cols: i32, width: i32): void {
  if (cols == 16) {
    for (; k > 0; --k) {
      v128.store(panel, v128.load(b)); v128.store(panel, v128.load(b, 16), 16);
      v128.store(panel, v128.load(b, 32), 32); v128.store(panel, v128.load(b, 48), 48);
      b += ldb; panel += 64;
    }
    return;
  }
  for (; k > 0; --k) {
    for (let j = 0; j < width; j += 4) {
      v128.store(panel + (j << 2), j < cols ? loadSome(b + (j << 2), cols - j) : f32x4.splat(0));
    }
    b += ldb; panel += width << 2;
  }
}

/** Packs `cols` rows of B[·][k] (rows `ldb` apart) as [k][width], four by four. */
export function packRows(b: usize, ldb: usize, panel: usize, k: i32, cols: i32, width: i32): void {
  const step = <usize>width << 2;
  for (let j = 0; j < width; j += 4) {
    const count = cols - j;
    const zero = f32x4.splat(0);
    let b0 = b, to = panel;
    let left = k;
    if (count >= 4) {
      let b1 = b + ldb, b2 = b1 + ldb, b3 = b2 + ldb;
      for (; left >= 4; left -= 4) {
        const r0 = v128.load(b0), r1 = v128.load(b1), r2 = v128.load(b2), r3 = v128.load(b3);
        const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
        const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
        v128.store(to, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5));
        v128.store(to + step, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
        to += 2 * step;
        v128.store(to, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5));
        v128.store(to + step, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7));
        to += 2 * step;
        b0 += 16; b1 += 16; b2 += 16; b3 += 16;
      }
    }
    for (; left > 0; --left) {
      let v = v128.load32_lane(b0, zero, 0);
      if (count > 1) v = v128.load32_lane(b0 + ldb, v, 1);
      if (count > 2) v = v128.load32_lane(b0 + 2 * ldb, v, 2);
      if (count > 3) v = v128.load32_lane(b0 + 3 * ldb, v, 3);
      v128.store(to, v);
      to += step; b0 += 4;
    }
    b += 4 * ldb; panel += 16;
  }
}

/** Packs `rows` columns of A[k][·] (rows `lda` apart) as [rows/4][k][4]. */
export function packLeft(a: usize, lda: usize, panel: usize, k: i32, rows: i32): void {
  for (; rows > 0; rows -= 4) {
    let from = a;
    if (rows >= 4) {
      for (let left = k; left > 0; --left) { v128.store(panel, v128.load(from)); from += lda; panel += 16; }
    } else {
      for (let left = k; left > 0; --left) { v128.store(panel, loadSome(from, rows)); from += lda; panel += 16; }
    }
    a += 16;
  }
}

/** Packs the `cols` columns of B[k][·] (rows `ldb` apart) as rows: [cols][k]. For few columns. */
export function packTransposed(b: usize, ldb: usize, panel: usize, k: i32, cols: i32): void {
  for (let j = 0; j < cols; ++j) {
    let from = b + (<usize>j << 2);
    for (let left = k; left > 0; --left) { store<f32>(panel, load<f32>(from)); from += ldb; panel += 4; }
  }
}

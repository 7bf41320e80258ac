/** @file Comparisons as 1 or 0, over a broadcast 2-D view: y[r·cols + c] = f(a[r·aRow + c·aCol], b[r·bRow + c·bCol]). With a NaN all are 0 but notEqual. */

import { broadcast2 } from '../../lib/loops';

@unmanaged
class Equal {
  @inline f(a: v128, b: v128): v128 {
    return v128.and(f32x4.eq(a, b), f32x4.splat(1));
  }
}

/** y = a = b. */
export function equal(
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
  broadcast2<Equal>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

@unmanaged
class NotEqual {
  @inline f(a: v128, b: v128): v128 {
    return v128.and(f32x4.ne(a, b), f32x4.splat(1));
  }
}

/** y = a ≠ b. */
export function notEqual(
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
  broadcast2<NotEqual>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

@unmanaged
class Less {
  @inline f(a: v128, b: v128): v128 {
    return v128.and(f32x4.lt(a, b), f32x4.splat(1));
  }
}

/** y = a < b. */
export function less(
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
  broadcast2<Less>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

@unmanaged
class LessEqual {
  @inline f(a: v128, b: v128): v128 {
    return v128.and(f32x4.le(a, b), f32x4.splat(1));
  }
}

/** y = a ≤ b. */
export function lessEqual(
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
  broadcast2<LessEqual>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

@unmanaged
class Greater {
  @inline f(a: v128, b: v128): v128 {
    return v128.and(f32x4.gt(a, b), f32x4.splat(1));
  }
}

/** y = a > b. */
export function greater(
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
  broadcast2<Greater>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

@unmanaged
class GreaterEqual {
  @inline f(a: v128, b: v128): v128 {
    return v128.and(f32x4.ge(a, b), f32x4.splat(1));
  }
}

/** y = a ≥ b. */
export function greaterEqual(
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
  broadcast2<GreaterEqual>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

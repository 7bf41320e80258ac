/** @file The larger and the smaller of two, over a broadcast 2-D view: y[r·cols + c] = f(a[r·aRow + c·aCol], b[r·bRow + c·bCol]). NaN in either operand gives NaN. */

import { broadcast2 } from '../../lib/loops';

@unmanaged
class Maximum {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}

/** y = max(a, b). */
export function maximum(
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
  broadcast2<Maximum>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

@unmanaged
class Minimum {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

/** y = min(a, b). */
export function minimum(
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
  broadcast2<Minimum>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

/** @file The four operations and the squared difference, over a broadcast 2-D view: y[r·cols + c] = f(a[r·aRow + c·aCol], b[r·bRow + c·bCol]). */

import { broadcast2 } from '../../lib/loops';

@unmanaged
class Add {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

/** y = a + b. */
export function add(
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
  broadcast2<Add>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

@unmanaged
class Sub {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}

/** y = a − b. */
export function sub(
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
  broadcast2<Sub>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

@unmanaged
class Mul {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

/** y = a·b. */
export function mul(
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
  broadcast2<Mul>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

@unmanaged
class Div {
  @inline f(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}

/** y = a / b. */
export function div(
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
  broadcast2<Div>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

@unmanaged
class SquaredDifference {
  @inline f(a: v128, b: v128): v128 {
    const d = f32x4.sub(a, b);
    return f32x4.mul(d, d);
  }
}

/** y = (a − b)². */
export function squaredDifference(
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
  broadcast2<SquaredDifference>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

/** @file Powers and roots. */

import { broadcast2, map1 } from '../../lib/loops';
import { pow4 } from '../../lib/math';

@unmanaged
class Square {
  @inline f(x: v128): v128 {
    return f32x4.mul(x, x);
  }
}

/** y = x². */
export function square(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Square>(x, y, n, part, parts);
}

@unmanaged
class Sqrt {
  @inline f(x: v128): v128 {
    return f32x4.sqrt(x);
  }
}

/** y = √x; NaN below 0. */
export function sqrt(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Sqrt>(x, y, n, part, parts);
}

@unmanaged
class Rsqrt {
  @inline f(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  }
}

/** y = 1 / √x. */
export function rsqrt(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Rsqrt>(x, y, n, part, parts);
}

@unmanaged
class Reciprocal {
  @inline f(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), x);
  }
}

/** y = 1 / x. */
export function reciprocal(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Reciprocal>(x, y, n, part, parts);
}

@unmanaged
class Pow {
  @inline f(a: v128, b: v128): v128 {
    return pow4(a, b);
  }
}

/** y = a^b with the special cases of IEEE 754, over a broadcast 2-D view. */
export function pow(
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
  broadcast2<Pow>(a, b, y, rows, cols, aRow, aCol, bRow, bCol, part, parts);
}

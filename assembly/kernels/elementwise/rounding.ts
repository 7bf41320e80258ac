/** @file To integers. */

import { map1 } from '../../lib/loops';

@unmanaged
class Floor {
  @inline f(x: v128): v128 {
    return f32x4.floor(x);
  }
}

/** y = the largest integer ≤ x. */
export function floor(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Floor>(x, y, n, part, parts);
}

@unmanaged
class Ceil {
  @inline f(x: v128): v128 {
    return f32x4.ceil(x);
  }
}

/** y = the smallest integer ≥ x. */
export function ceil(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Ceil>(x, y, n, part, parts);
}

@unmanaged
class Round {
  @inline f(x: v128): v128 {
    return f32x4.nearest(x);
  }
}

/** y = the nearest integer, halves to even. */
export function round(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Round>(x, y, n, part, parts);
}

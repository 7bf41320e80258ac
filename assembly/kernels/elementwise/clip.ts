/** @file Bounds and their gradient. */

import { map1Scalars, map2Scalars } from '../../lib/loops';

@unmanaged
class Clip {
  // This order of operands keeps NaN.
  @inline f(x: v128, low: v128, high: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, low), high);
  }
}

@unmanaged
class ClipGrad {
  @inline f(x: v128, dy: v128, low: v128, high: v128): v128 {
    return v128.and(dy, v128.and(f32x4.ge(x, low), f32x4.le(x, high)));
  }
}

/** y = min(max(x, low), high). */
export function clip(x: usize, y: usize, n: i32, low: f32, high: f32, part: i32, parts: i32): void {
  map1Scalars<Clip>(x, y, n, low, high, part, parts);
}

/** dx = low ≤ x ≤ high ? dy : 0. */
export function clipGrad(x: usize, dy: usize, dx: usize, n: i32, low: f32, high: f32, part: i32, parts: i32): void {
  map2Scalars<ClipGrad>(x, dy, dx, n, low, high, part, parts);
}

/** @file Affine map of every element, and addition in place. */

import { map1Scalars, map2 } from '../../lib/loops';
import { madd } from '../../lib/simd';

@unmanaged
class Scale {
  @inline f(x: v128, factor: v128, offset: v128): v128 {
    return madd(x, factor, offset);
  }
}

@unmanaged
class Accumulate {
  @inline f(y: v128, x: v128): v128 {
    return f32x4.add(y, x);
  }
}

/** y = x·factor + offset. */
export function scale(x: usize, y: usize, n: i32, factor: f32, offset: f32, part: i32, parts: i32): void {
  map1Scalars<Scale>(x, y, n, factor, offset, part, parts);
}

/** y += x. */
export function accumulate(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map2<Accumulate>(y, x, y, n, part, parts);
}

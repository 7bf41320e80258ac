/** @file Rectifier and its gradient. */

import { map1, map2 } from '../../lib/loops';

@unmanaged
class Relu {
  @inline f(x: v128): v128 {
    return f32x4.pmax(x, f32x4.splat(0));
  }
}

/** y = x < 0 ? 0 : x; NaN and −0 stay themselves. */
export function relu(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Relu>(x, y, n, part, parts);
}

@unmanaged
class ReluGrad {
  @inline f(y: v128, dy: v128): v128 {
    return v128.and(dy, f32x4.gt(y, f32x4.splat(0)));
  }
}

/** dx = y > 0 ? dy : 0, y = relu x. */
export function reluGrad(y: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<ReluGrad>(y, dy, dx, n, part, parts);
}

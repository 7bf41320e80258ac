/** @file The gradient of softplus; its forward kernel stands with the sigmoid's, whose integral it is. */

import { map2 } from '../../lib/loops';
import { sigmoid4 } from '../../lib/math';

@unmanaged
class SoftplusGrad {
  @inline f(x: v128, dy: v128): v128 {
    return f32x4.mul(dy, sigmoid4(x));
  }
}

/** dx = dy·sigmoid(x). */
export function softplusGrad(x: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<SoftplusGrad>(x, dy, dx, n, part, parts);
}

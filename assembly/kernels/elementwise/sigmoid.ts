/** @file Logistic curve, its gradient and its integral. */

import { map1, map2 } from '../../lib/loops';
import { sigmoid4, softplus4 } from '../../lib/math';

@unmanaged
class Sigmoid {
  @inline f(x: v128): v128 {
    return sigmoid4(x);
  }
}

/** y = 1 / (1 + e^-x). */
export function sigmoid(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Sigmoid>(x, y, n, part, parts);
}

@unmanaged
class SigmoidGrad {
  @inline f(y: v128, dy: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
  }
}

/** dx = dy·y·(1 − y), y = sigmoid x. */
export function sigmoidGrad(y: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<SigmoidGrad>(y, dy, dx, n, part, parts);
}

@unmanaged
class Softplus {
  @inline f(x: v128): v128 {
    return softplus4(x);
  }
}

/** y = ln(1 + e^x); its gradient is dy·sigmoid x. */
export function softplus(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Softplus>(x, y, n, part, parts);
}

/** @file The piecewise linear sigmoid of Keras 3, relu6(x + 3)/6, the piecewise quadratic SiLU made of it, and their gradients. */

import { map1, map2 } from '../../lib/loops';
import { madd } from '../../lib/simd';

/** 1/6. */
const SIXTH: f32 = 0.16666666666666666;

@unmanaged
class HardSigmoid {
  @inline f(x: v128): v128 {
    const shifted = f32x4.add(x, f32x4.splat(3));
    return f32x4.mul(f32x4.pmin(f32x4.pmax(shifted, f32x4.splat(0)), f32x4.splat(6)), f32x4.splat(SIXTH));
  }
}

/** y = min(max(x + 3, 0), 6)/6. */
export function hardSigmoid(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<HardSigmoid>(x, y, n, part, parts);
}

@unmanaged
class HardSigmoidGrad {
  @inline f(x: v128, dy: v128): v128 {
    const isInside = f32x4.lt(f32x4.abs(x), f32x4.splat(3));
    return v128.and(f32x4.mul(dy, f32x4.splat(SIXTH)), isInside);
  }
}

/** dx = |x| < 3 ? dy/6 : 0. */
export function hardSigmoidGrad(x: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<HardSigmoidGrad>(x, dy, dx, n, part, parts);
}

@unmanaged
class HardSilu {
  @inline f(x: v128): v128 {
    return f32x4.mul(f32x4.pmax(x, f32x4.splat(-3)), changetype<HardSigmoid>(0).f(x));
  }
}

/** y = x·min(max(x + 3, 0), 6)/6. */
export function hardSilu(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<HardSilu>(x, y, n, part, parts);
}

@unmanaged
class HardSiluGrad {
  @inline f(x: v128, dy: v128): v128 {
    const three = f32x4.splat(3);
    const middle = f32x4.mul(dy, madd(x, f32x4.splat(2 * SIXTH), f32x4.splat(0.5)));
    const left = v128.andnot(middle, f32x4.le(x, f32x4.neg(three)));
    return v128.bitselect(dy, left, f32x4.ge(x, three));
  }
}

/** dx = 0 for x ≤ −3, dy for x ≥ 3, dy·(2x + 3)/6 between. */
export function hardSiluGrad(x: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<HardSiluGrad>(x, dy, dx, n, part, parts);
}

/** @file Hyperbolic tangent and its gradient. */

import { map1, map2 } from '../../lib/loops';
import { tanh4 } from '../../lib/math';

@unmanaged
class Tanh {
  @inline f(x: v128): v128 {
    return tanh4(x);
  }
}

/** y = tanh x. */
export function tanh(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Tanh>(x, y, n, part, parts);
}

@unmanaged
class TanhGrad {
  @inline f(y: v128, dy: v128): v128 {
    const one = f32x4.splat(1);
    // (1 − y)(1 + y) keeps the digits that 1 − y² loses near ±1.
    return f32x4.mul(dy, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
  }
}

/** dx = dy·(1 − y²), y = tanh x. */
export function tanhGrad(y: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<TanhGrad>(y, dy, dx, n, part, parts);
}

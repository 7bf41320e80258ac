/** @file Softsign, x / (1 + |x|), and its gradient. */

import { map1, map2 } from '../../lib/loops';

/** From 2^25 on 1 + |x| is |x| and the quotient ±1; the bound keeps Infinity out of it. */
const LIMIT: f32 = 67108864;

@unmanaged
class Softsign {
  @inline f(x: v128): v128 {
    const z = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-LIMIT)), f32x4.splat(LIMIT));
    return f32x4.div(z, f32x4.add(f32x4.splat(1), f32x4.abs(z)));
  }
}

/** y = x / (1 + |x|), ≤ 1.6 ulp. */
export function softsign(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Softsign>(x, y, n, part, parts);
}

@unmanaged
class SoftsignGrad {
  @inline f(x: v128, dy: v128): v128 {
    const r = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), f32x4.abs(x)));
    return f32x4.mul(f32x4.mul(dy, r), r);
  }
}

/** dx = dy / (1 + |x|)². */
export function softsignGrad(x: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<SoftsignGrad>(x, dy, dx, n, part, parts);
}

/**
 * @file GELU, x·Φ(x) with the normal distribution Φ, and its gradient. With a = |x| both follow from Φ(−a), which keeps its digits
 * in the tail: gelu(x) = max(x, 0) − a·Φ(−a), and gelu′(x) + gelu′(−x) = 1.
 */

import { map1, map2 } from '../../lib/loops';
import { bellProduct, normalTailFactor } from '../../lib/math/normal-tail';
import { nmadd } from '../../lib/simd';

/** Where Φ(−a) has long rounded to 0. */
const LIMIT: f32 = 14.9;
/** 1/√2π. */
const BELL_PEAK: f32 = 0.3989422804014327;

@unmanaged
class Gelu {
  @inline f(x: v128): v128 {
    const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(LIMIT));
    return f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), bellProduct(f32x4.mul(a, normalTailFactor(a)), a));
  }
}

/** y = x·Φ(x), ≤ 6.5 ulp. */
export function gelu(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Gelu>(x, y, n, part, parts);
}

@unmanaged
class GeluGrad {
  @inline f(x: v128, dy: v128): v128 {
    const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(LIMIT));
    // gelu′(−a) = Φ(−a) − a·φ(a) = e^(−a²/2)·(M(a) − a/√2π)
    const left = bellProduct(nmadd(a, f32x4.splat(BELL_PEAK), normalTailFactor(a)), a);
    return f32x4.mul(dy, v128.bitselect(left, f32x4.sub(f32x4.splat(1), left), f32x4.lt(x, f32x4.splat(0))));
  }
}

/** dx = dy·(Φ(x) + x·φ(x)). */
export function geluGrad(x: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<GeluGrad>(x, dy, dx, n, part, parts);
}

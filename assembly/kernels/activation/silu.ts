/**
 * @file SiLU (Swish), x·sigmoid(x), and its gradient. With a = |x| both follow from sigmoid(−a), which cannot overflow:
 * silu(x) = max(x, 0) − a·sigmoid(−a), and silu′(x) + silu′(−x) = 1.
 */

import { map1, map2 } from '../../lib/loops';
import { expExponent, expFirst, expSecond } from '../../lib/math/exp-product';
import { expNegativeAbs } from '../../lib/math/exp';
import { nmadd } from '../../lib/simd';

/** Where a·e^−a has long rounded to 0. */
const LIMIT: f32 = 112;

@unmanaged
class Silu {
  @inline f(x: v128): v128 {
    const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(LIMIT));
    const negative = f32x4.neg(a);
    const t = expExponent(negative);
    const first = expFirst(negative, t);
    const second = expSecond(t);
    const divisor = f32x4.add(f32x4.splat(1), f32x4.mul(first, second));
    const tail = f32x4.div(f32x4.mul(f32x4.mul(a, first), second), divisor);
    return f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), tail);
  }
}

/** y = x·sigmoid(x), ≤ 3.5 ulp. */
export function silu(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Silu>(x, y, n, part, parts);
}

@unmanaged
class SiluGrad {
  @inline f(x: v128, dy: v128): v128 {
    const one = f32x4.splat(1);
    const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(LIMIT));
    const z = expNegativeAbs(x);
    const r = f32x4.div(one, f32x4.add(one, z));
    // silu′(−a) = sigmoid(−a)·(1 − a·sigmoid(a))
    const left = f32x4.mul(f32x4.mul(z, r), nmadd(a, r, one));
    return f32x4.mul(dy, v128.bitselect(left, f32x4.sub(one, left), f32x4.lt(x, f32x4.splat(0))));
  }
}

/** dx = dy·sigmoid(x)·(1 + x·(1 − sigmoid(x))). */
export function siluGrad(x: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<SiluGrad>(x, dy, dx, n, part, parts);
}

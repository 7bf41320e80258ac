/**
 * @file Mish, x·tanh(ln(1 + e^x)), and its gradient. tanh(ln(1 + z)) = z(z + 2) / (z(z + 2) + 2), a quotient in u = e^−|x| on
 * either side of 0: neither a logarithm nor a second exponential is needed, and nothing overflows.
 */

import { map1, map2 } from '../../lib/loops';
import { expNegativeAbs } from '../../lib/math/exp';
import { expExponent, expFirst, expSecond } from '../../lib/math/exp-product';
import { madd } from '../../lib/simd';

/** Where x·e^−x has long rounded to 0. */
const LIMIT: f32 = 112;

@unmanaged
class Mish {
  @inline f(x: v128): v128 {
    const two = f32x4.splat(2);
    const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(LIMIT));
    const negative = f32x4.neg(a);
    const t = expExponent(negative);
    const first = expFirst(negative, t);
    const second = expSecond(t);
    const u = f32x4.mul(first, second);
    const rest = f32x4.add(u, two);
    // For x < 0: x·u(u + 2) / (u(u + 2) + 2), where x·u goes through one rounding in its subnormal tail.
    const left = f32x4.mul(f32x4.mul(f32x4.mul(negative, first), second), rest);
    // For x ≥ 0: x·(1 + 2u) / (1 + 2u + 2u²).
    const n = f32x4.add(f32x4.add(u, u), f32x4.splat(1));
    const isLeft = f32x4.lt(x, f32x4.splat(0));
    const divisor = v128.bitselect(madd(u, rest, two), madd(f32x4.add(u, u), u, n), isLeft);
    return f32x4.div(v128.bitselect(left, f32x4.mul(x, n), isLeft), divisor);
  }
}

/** y = x·tanh(ln(1 + e^x)), ≤ 4.5 ulp. */
export function mish(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Mish>(x, y, n, part, parts);
}

@unmanaged
class MishGrad {
  @inline f(x: v128, dy: v128): v128 {
    const one = f32x4.splat(1);
    const two = f32x4.splat(2);
    const u = expNegativeAbs(x);
    const isLeft = f32x4.lt(x, f32x4.splat(0));
    // tanh(ln(1 + e^x)) = n·r, its derivative 4q(1 + u)·r² with q = u for x < 0 and u² for x ≥ 0.
    const n = v128.bitselect(f32x4.mul(u, f32x4.add(u, two)), f32x4.add(f32x4.add(u, u), one), isLeft);
    const u2 = f32x4.mul(u, u);
    const r = f32x4.div(one, f32x4.add(n, v128.bitselect(two, f32x4.add(u2, u2), isLeft)));
    const q = v128.bitselect(u, u2, isLeft);
    const z = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-LIMIT)), f32x4.splat(LIMIT));
    const slope = f32x4.mul(f32x4.mul(f32x4.mul(f32x4.splat(4), z), q), f32x4.mul(f32x4.add(u, one), r));
    return f32x4.mul(dy, f32x4.mul(f32x4.add(n, slope), r));
  }
}

/** dx = dy·(w + x·sigmoid(x)·(1 − w²)), w = tanh(ln(1 + e^x)). */
export function mishGrad(x: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<MishGrad>(x, dy, dx, n, part, parts);
}

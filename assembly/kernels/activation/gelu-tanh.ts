/**
 * @file The tanh form of GELU: ½x(1 + tanh(v/2)) = x·sigmoid(v) with v = 2√(2/π)·(x + 0.044715x³), computed like SiLU from
 * sigmoid(−|v|). Rounding v to float32 would cost e^−|v| a hundred ulp in its tail, so v comes from float64 in two parts.
 */

import { map1, map2 } from '../../lib/loops';
import { expExponent, expFirst, expProduct, expSecond } from '../../lib/math/exp-product';
import { CUBIC, cubicArgument, demoteBoth, lostDigits, SLOPE } from '../../lib/math/gelu-argument';
import { madd, nmadd } from '../../lib/simd';

/** Where a·e^−v has long rounded to 0. */
const LIMIT: f32 = 11;

@unmanaged
class GeluTanh {
  @inline f(x: v128): v128 {
    const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(LIMIT));
    const low = cubicArgument(a);
    const high = cubicArgument(i32x4.shuffle(a, a, 2, 3, 2, 3));
    const v = demoteBoth(low, high);
    const negative = f32x4.neg(v);
    const t = expExponent(negative);
    const first = expFirst(negative, t);
    const second = expSecond(t);
    const divisor = f32x4.add(f32x4.splat(1), f32x4.mul(first, second));
    const m = nmadd(a, lostDigits(low, high, v), a);
    const tail = f32x4.div(f32x4.mul(f32x4.mul(m, first), second), divisor);
    return f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), tail);
  }
}

/** y = ½x(1 + tanh(√(2/π)·(x + 0.044715x³))), ≤ 3.5 ulp. */
export function geluTanh(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<GeluTanh>(x, y, n, part, parts);
}

@unmanaged
class GeluTanhGrad {
  @inline f(x: v128, dy: v128): v128 {
    const one = f32x4.splat(1);
    const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(LIMIT));
    const low = cubicArgument(a);
    const high = cubicArgument(i32x4.shuffle(a, a, 2, 3, 2, 3));
    const v = demoteBoth(low, high);
    const z = expProduct(nmadd(one, lostDigits(low, high, v), one), f32x4.neg(v));
    const r = f32x4.div(one, f32x4.add(one, z));
    // The gradient at −a is sigmoid(−v)·(1 − a·v′·sigmoid(v)).
    const slope = madd(f32x4.splat(<f32>(3 * CUBIC)), f32x4.mul(a, a), f32x4.splat(<f32>SLOPE));
    const left = f32x4.mul(f32x4.mul(z, r), nmadd(f32x4.mul(a, slope), r, one));
    return f32x4.mul(dy, v128.bitselect(left, f32x4.sub(one, left), f32x4.lt(x, f32x4.splat(0))));
  }
}

/** dx = dy·(s + x·s·(1 − s)·v′), s = sigmoid(v). */
export function geluTanhGrad(x: usize, dy: usize, dx: usize, n: i32, part: i32, parts: i32): void {
  map2<GeluTanhGrad>(x, dy, dx, n, part, parts);
}

/** @file The two saturating curves, each from one exponential of a negative or small argument: nothing can overflow. */

import { madd, nmadd } from '../simd';
import { expNegativeAbs, expReduced, LN2_HI, LN2_LO, LOG2E, ROUND } from './exp';

/** 1 / (1 + e^-x), ≤ 2 ulp; the left tail is e^x down to the last subnormal. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const z = expNegativeAbs(x);
  const one = f32x4.splat(1);
  // On the right 1 − t with t = z / (1 + z), on the left z·(1 − t): subtracting t rounds less than dividing again.
  const t = f32x4.div(z, f32x4.add(one, z));
  const scale = v128.bitselect(z, one, i32x4.shr_s(x, 31));
  return nmadd(scale, t, scale);
}

/** tanh x, ≤ 2 ulp: an odd polynomial for |x| < 0.625, 1 − 2 / (e^2|x| + 1) beyond. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const one = f32x4.splat(1);
  // P is off by less than 2^-27 of tanh.
  const s = f32x4.mul(a, a);
  const s2 = f32x4.mul(s, s);
  const low = madd(f32x4.splat(0.133314356), s, f32x4.splat(-0.333332807));
  const high = madd(f32x4.splat(0.0206370428), s, f32x4.splat(-0.0537391156));
  const p = madd(madd(f32x4.splat(-0.0057026092), s2, high), s2, low);
  const small = madd(f32x4.mul(p, s), a, a);
  // tanh 10 rounds to 1. One scale factor is enough for e^20.
  const z = f32x4.pmin(a, f32x4.splat(10));
  const t = madd(z, f32x4.splat(LOG2E * 2), f32x4.splat(ROUND + 127));
  const k = f32x4.sub(t, f32x4.splat(ROUND + 127));
  const r = nmadd(k, f32x4.splat(LN2_LO), nmadd(k, f32x4.splat(LN2_HI), f32x4.add(z, z)));
  const e = madd(expReduced(r), i32x4.shl(t, 23), one);
  const large = f32x4.sub(one, f32x4.div(f32x4.splat(2), e));
  const y = v128.bitselect(small, large, f32x4.lt(a, f32x4.splat(0.625)));
  return v128.or(y, v128.and(x, i32x4.splat(0x80000000)));
}

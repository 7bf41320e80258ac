/**
 * @file m·e^x with a single rounding where the product is subnormal: the factor goes in before the last power of 2, so tails such
 * as x·e^x keep the digits that e^x alone has lost. In three parts, for functions that need e^x as well.
 */

import { madd, nmadd } from '../simd';
import { expReduced, LN2_HI, LN2_LO, LOG2E, ROUND } from './exp';

/** The biased exponent 254 + k of 2^k, x = k·ln 2 + r, in the low bits; −115 ≤ x ≤ 88. */
// @ts-ignore: decorator
@inline
export function expExponent(x: v128): v128 {
  return madd(x, f32x4.splat(LOG2E), f32x4.splat(ROUND + 254));
}

/** e^r and the first half of 2^k, for t = expExponent(x). */
// @ts-ignore: decorator
@inline
export function expFirst(x: v128, t: v128): v128 {
  const k = f32x4.sub(t, f32x4.splat(ROUND + 254));
  const r = nmadd(k, f32x4.splat(LN2_LO), nmadd(k, f32x4.splat(LN2_HI), x));
  return f32x4.mul(expReduced(r), i32x4.shl(i32x4.shr_u(t, 1), 23));
}

/** The other half of 2^k. */
// @ts-ignore: decorator
@inline
export function expSecond(t: v128): v128 {
  return i32x4.shl(i32x4.sub(t, i32x4.shr_u(t, 1)), 23);
}

/** m·e^x for −115 ≤ x ≤ 88, ≤ 1.5 ulp. */
// @ts-ignore: decorator
@inline
export function expProduct(m: v128, x: v128): v128 {
  const t = expExponent(x);
  return f32x4.mul(f32x4.mul(m, expFirst(x, t)), expSecond(t));
}

/**
 * @file e^x. Cody–Waite reduction x = k·ln 2 + r with ln 2 split in two (k·LN2_HI is exact), a polynomial for e^r on
 * |r| ≤ ln 2 / 2, and 2^k applied as two factors so that subnormal results round once and overflow gives Infinity.
 * Coefficients here and in the sibling files are minimax fits (Remez, in 300-bit arithmetic), rounded to the type.
 */

import { madd, nmadd } from '../simd';

/** 1 / ln 2. */
export const LOG2E: f32 = 1.44269504;
/** ln 2 in 9 bits, so that k·LN2_HI is exact for |k| < 2^15. */
export const LN2_HI: f32 = 0.693359375;
/** ln 2 − LN2_HI. */
export const LN2_LO: f32 = -2.12194440e-4;
/** 1.5·2^23: adding it rounds to an integer (half to even) and leaves that integer in the low bits. */
export const ROUND: f32 = 12582912;

/** e^r for |r| ≤ 0.35: 1 + r + r²·P(r), where P is off by less than 2^-28 of e^r. */
// @ts-ignore: decorator
@inline
export function expReduced(r: v128): v128 {
  const r2 = f32x4.mul(r, r);
  const low = madd(f32x4.splat(0.166665137), r, f32x4.splat(0.49999994));
  const high = madd(f32x4.splat(0.00836951006), r, f32x4.splat(0.0416684002));
  const p = madd(madd(f32x4.splat(0.00138177793), r2, high), r2, low);
  return f32x4.add(madd(p, r2, r), f32x4.splat(1));
}

/** e^x for -104 ≤ x ≤ 89, and NaN for NaN. */
// @ts-ignore: decorator
@inline
export function expClamped(x: v128): v128 {
  // The integer carries 2·127 with it: both halves of k + 254 are then biased exponents.
  const t = madd(x, f32x4.splat(LOG2E), f32x4.splat(ROUND + 254));
  const k = f32x4.sub(t, f32x4.splat(ROUND + 254));
  const r = nmadd(k, f32x4.splat(LN2_LO), nmadd(k, f32x4.splat(LN2_HI), x));
  const half = i32x4.shr_u(t, 1);
  const first = i32x4.shl(half, 23);
  const second = i32x4.shl(i32x4.sub(t, half), 23);
  return f32x4.mul(f32x4.mul(expReduced(r), first), second);
}

/** e^x, ≤ 1 ulp. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  // The bounds lie just beyond the last finite and the last nonzero result; pmin and pmax keep a NaN in x.
  return expClamped(f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89)));
}

/** e^-|x|, ≤ 1 ulp. */
// @ts-ignore: decorator
@inline
export function expNegativeAbs(x: v128): v128 {
  const negative = v128.or(x, i32x4.splat(0x80000000));
  return expClamped(f32x4.pmax(negative, f32x4.splat(-104)));
}

/** e^x − 1, ≤ 2 ulp. */
// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  const z = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-18)), f32x4.splat(89));
  const t = madd(z, f32x4.splat(LOG2E), f32x4.splat(ROUND));
  const k = f32x4.sub(t, f32x4.splat(ROUND));
  // r + tail is the reduced argument to more than 24 bits: near x = ln 2 / 2 the rounding of r alone costs an ulp.
  const high = nmadd(k, f32x4.splat(LN2_HI), z);
  const low = f32x4.mul(k, f32x4.splat(LN2_LO));
  const r = f32x4.sub(high, low);
  const tail = f32x4.sub(f32x4.sub(high, r), low);
  // e^r − 1 = r + r²·P(r), off by less than 2^-31.
  const r2 = f32x4.mul(r, r);
  const p0 = madd(f32x4.splat(0.166666672), r, f32x4.splat(0.5));
  const p1 = madd(f32x4.splat(0.00833321549), r, f32x4.splat(0.041666314));
  const p2 = madd(f32x4.splat(0.000199646354), r, f32x4.splat(0.00139443134));
  const q = f32x4.add(madd(madd(madd(p2, r2, p1), r2, p0), r2, tail), r);
  // 2^k·(1 + q) − 1 = second·(first·q + (first − 1/second)) with 2^k = first·second.
  const half = i32x4.shr_s(i32x4.sub(t, f32x4.splat(ROUND)), 1);
  const rest = i32x4.sub(i32x4.sub(t, f32x4.splat(ROUND)), half);
  const one = f32x4.splat(1);
  const first = i32x4.add(one, i32x4.shl(half, 23));
  const second = i32x4.add(one, i32x4.shl(rest, 23));
  const inverse = i32x4.sub(one, i32x4.shl(rest, 23));
  const y = f32x4.mul(second, madd(first, q, f32x4.sub(first, inverse)));
  // Below 2^-25 the answer is x itself, sign of zero and subnormals included.
  return v128.bitselect(x, y, f32x4.lt(f32x4.abs(x), f32x4.splat(2.98e-8)));
}

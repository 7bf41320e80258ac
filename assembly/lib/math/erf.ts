/** @file The error function, after the two-piece scheme of N. Juffa: an odd polynomial, and 1 − e^-q(t) further out. */

import { madd } from '../simd';
import { expClamped } from './exp';

/** erf x, ≤ 2 ulp. */
// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
  const a = f32x4.abs(x);
  const s = f32x4.mul(a, a);
  // |x| < 0.921875: x + x·P(x²), off by less than 2^-25.
  let p = madd(f32x4.splat(8.3670835e-05), s, f32x4.splat(-0.000814199215));
  p = madd(p, s, f32x4.splat(0.00520096952));
  p = madd(p, s, f32x4.splat(-0.0268593729));
  p = madd(p, s, f32x4.splat(0.11283695));
  p = madd(p, s, f32x4.splat(-0.376126349));
  p = madd(p, s, f32x4.splat(0.128379166));
  const small = madd(p, a, a);
  // Beyond: erfc t = e^(-t·Q(t)), off by less than 2^-28 of erf t; erf 4 rounds to 1.
  const t = f32x4.pmin(a, f32x4.splat(4));
  let q = madd(f32x4.splat(-0.00021424389), t, f32x4.splat(0.00321709039));
  q = madd(q, t, f32x4.splat(-0.0228968114));
  q = madd(q, t, f32x4.splat(0.105272524));
  q = madd(q, t, f32x4.splat(0.63571018));
  q = madd(q, t, f32x4.splat(1.12851679));
  const large = f32x4.sub(f32x4.splat(1), expClamped(f32x4.neg(f32x4.mul(q, t))));
  const y = v128.bitselect(small, large, f32x4.lt(a, f32x4.splat(0.921875)));
  return v128.or(y, v128.and(x, i32x4.splat(0x80000000)));
}

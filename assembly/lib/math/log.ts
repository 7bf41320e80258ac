/**
 * @file Natural logarithms. x = 2^k·m with m in [√½, √2), f = m − 1, ln x = k·ln 2 + f − f²/2 + f³·P(f); ln 2 is split as
 * in exp.ts, so that k·LN2_HI is exact.
 */

import { madd, nmadd } from '../simd';
import { expNegativeAbs, LN2_HI, LN2_LO } from './exp';

/** Bits of √½: subtracting them moves the cut between exponents from 1 to √2. */
const ROOT_HALF_BITS: i32 = 0x3f3504f3;

/** k of x = 2^k·m, as integers, for positive normal x. */
// @ts-ignore: decorator
@inline
function exponentOf(x: v128): v128 {
  return i32x4.shr_s(i32x4.sub(x, i32x4.splat(ROOT_HALF_BITS)), 23);
}

/** k·ln 2 + log1p(f) + tail for f in [√½ − 1, √2 − 1] and |tail| below an ulp; P is off by less than 2^-27 of log1p(f). */
// @ts-ignore: decorator
@inline
function logReduced(f: v128, k: v128, tail: v128): v128 {
  const f2 = f32x4.mul(f, f);
  const p0 = madd(f32x4.splat(-0.250008255), f, f32x4.splat(0.333333313));
  const p1 = madd(f32x4.splat(-0.166231304), f, f32x4.splat(0.200011685));
  const p2 = madd(f32x4.splat(-0.131638974), f, f32x4.splat(0.142029762));
  const p3 = madd(f32x4.splat(-0.076143302), f, f32x4.splat(0.127541929));
  const f4 = f32x4.mul(f2, f2);
  const p = madd(madd(p3, f2, p2), f4, madd(p1, f2, p0));
  const low = madd(k, f32x4.splat(LN2_LO), tail);
  const r = nmadd(f32x4.splat(0.5), f2, madd(f32x4.mul(f2, f), p, low));
  return madd(k, f32x4.splat(LN2_HI), f32x4.add(f, r));
}

/** Puts in what a logarithm gives outside of (0, Infinity): −Infinity at 0, NaN below, itself at Infinity and NaN. */
// @ts-ignore: decorator
@inline
function logEdges(x: v128, y: v128): v128 {
  const zero = f32x4.splat(0);
  y = v128.bitselect(y, x, f32x4.lt(x, f32x4.splat(Infinity)));
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, zero));
  return v128.or(y, f32x4.lt(x, zero)); // all bits set is a NaN
}

/** ln x, ≤ 1 ulp. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  // Subnormals first grow by 2^25.
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const grown = v128.bitselect(f32x4.mul(x, f32x4.splat(33554432)), x, tiny);
  const k = exponentOf(grown);
  const m = i32x4.sub(grown, i32x4.shl(k, 23));
  const exponent = f32x4.convert_i32x4_s(i32x4.sub(k, v128.and(tiny, i32x4.splat(25))));
  const y = logReduced(f32x4.sub(m, f32x4.splat(1)), exponent, f32x4.splat(0));
  return logEdges(x, y);
}

/** ln(1 + x), ≤ 2 ulp. */
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  const one = f32x4.splat(1);
  // u + c = 1 + x exactly (two-sum), and ln(u + c) = ln u + c / u to well below an ulp.
  const u = f32x4.add(x, one);
  const b = f32x4.sub(u, one);
  const c = f32x4.add(f32x4.sub(one, f32x4.sub(u, b)), f32x4.sub(x, b));
  const k = exponentOf(u);
  const m = i32x4.sub(u, i32x4.shl(k, 23));
  let y = logReduced(f32x4.sub(m, one), f32x4.convert_i32x4_s(k), f32x4.div(c, u));
  y = v128.bitselect(x, y, f32x4.lt(f32x4.abs(x), f32x4.splat(2.98e-8)));
  const zero = f32x4.splat(0);
  y = v128.bitselect(y, x, f32x4.lt(x, f32x4.splat(Infinity)));
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(u, zero));
  return v128.or(y, f32x4.lt(u, zero));
}

/** ln(1 + z) for 0 ≤ z ≤ 1, ≤ 1 ulp: log1p4 without its edges. */
// @ts-ignore: decorator
@inline
export function log1pUnit(z: v128): v128 {
  const one = f32x4.splat(1);
  const u = f32x4.add(z, one);
  const c = f32x4.sub(z, f32x4.sub(u, one));
  const k = exponentOf(u);
  const m = i32x4.sub(u, i32x4.shl(k, 23));
  return logReduced(f32x4.sub(m, one), f32x4.convert_i32x4_s(k), f32x4.div(c, u));
}

/** ln(1 + e^x), ≤ 2 ulp. */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  // max(x, 0) + log1p(e^-|x|) cannot overflow; the left tail is e^x.
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1pUnit(expNegativeAbs(x)));
}

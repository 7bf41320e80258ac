/**
 * @file Sine and cosine. The argument is reduced by multiples of π/2 in float64: in two steps up to 2^20, beyond that with
 * enough bits of 2/π for the exact fraction (Payne–Hanek), lane by lane. The polynomials run in float64 as well, so only
 * the last rounding counts. `sinTurn4` and `cosTurn4` take the angle in turns, where reduction is exact in float32.
 */

import { madd, nmadd } from '../simd';
import { ROUND } from './exp';

/** Largest |x| for the two-step reduction. */
const LIMIT: f32 = 1048576;
/** 1.5·2^52: adding it to a float64 rounds to an integer and leaves that integer in the low bits. */
const ROUND64: f64 = 6755399441055744;
/** First 33 bits of π/2: a multiple below 2^20 is exact. */
const HALF_PI_HI: f64 = 1.5707963267341256;
/** π/2 − HALF_PI_HI. */
const HALF_PI_LO: f64 = 6.0771005065061922e-11;

/** Bits 64·i… of 2/π, the first of which has the weight 2^6. */
function twoOverPi(i: i32): u64 {
  if (i == 0) return 0x0145f306dc9c882a;
  if (i == 1) return 0x53f84eafa3ea69bb;
  if (i == 2) return 0x81b6c52b32788720;
  return 0x83fca2c757bd778a;
}

/** sin(r + quadrant·π/2) in two float64 lanes, |r| ≤ π/4: both polynomials are off by less than 2^-33. */
// @ts-ignore: decorator
@inline
function sinQuadrant(r: v128, quadrant: v128): v128 {
  const s = f64x2.mul(r, r);
  const one = f64x2.splat(1);
  let p = f64x2.add(f64x2.mul(s, f64x2.splat(2.7182670642204177e-6)), f64x2.splat(-0.00019839330227305023));
  p = f64x2.add(f64x2.mul(s, p), f64x2.splat(0.0083333293717539215));
  p = f64x2.add(f64x2.mul(s, p), f64x2.splat(-0.16666666641506669));
  const sine = f64x2.mul(r, f64x2.add(f64x2.mul(s, p), one));
  let q = f64x2.add(f64x2.mul(s, f64x2.splat(2.438305822329989e-5)), f64x2.splat(-0.001388667623985779));
  q = f64x2.add(f64x2.mul(s, q), f64x2.splat(0.041666620186063513));
  q = f64x2.add(f64x2.mul(s, q), f64x2.splat(-0.49999999692965119));
  const cosine = f64x2.add(f64x2.mul(s, q), one);
  const odd = i64x2.neg(v128.and(quadrant, i64x2.splat(1)));
  const sign = i64x2.shl(v128.and(quadrant, i64x2.splat(2)), 62);
  return v128.xor(v128.bitselect(cosine, sine, odd), sign);
}

/** sin(x + shift·π/2) in two float64 lanes, |x| ≤ LIMIT. */
// @ts-ignore: decorator
@inline
function sinModerate(x: v128, shift: v128): v128 {
  const t = f64x2.add(f64x2.mul(x, f64x2.splat(0.63661977236758134)), f64x2.splat(ROUND64));
  const k = f64x2.sub(t, f64x2.splat(ROUND64));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(HALF_PI_HI))), f64x2.mul(k, f64x2.splat(HALF_PI_LO)));
  return sinQuadrant(r, i64x2.add(t, shift));
}

/** sin(x + shift·π/2) for LIMIT < |x|. */
function sinLarge(x: f32, shift: i64): f32 {
  const bits = reinterpret<u32>(x) & 0x7fffffff;
  if (bits >= 0x7f800000) return x - x;
  // |x| = m·2^e. Bits of 2/π that make multiples of 4 quadrants are skipped: the window starts at the weight 2^(1 - e).
  const m = <u64>((bits & 0x7fffff) | 0x800000);
  const start = <i32>(bits >> 23) - 150 + 5;
  const word = start >> 6;
  const offset = <u64>(start & 63);
  const w0 = twoOverPi(word);
  const w1 = twoOverPi(word + 1);
  const w2 = twoOverPi(word + 2);
  const back = 63 - offset;
  const high = (w0 << offset) | ((w1 >> 1) >> back);
  const next = (w1 << offset) | ((w2 >> 1) >> back);
  // Quadrants modulo 4 in units of 2^-62.
  let product = m * high + ((m * (next >> 32)) >> 32);
  const quadrant = (product + 0x2000000000000000) >> 62;
  product -= quadrant << 62;
  const r = <f64>(<i64>product) * 3.4061215800865545e-19; // π/2·2^-62
  const negative = reinterpret<i32>(x) < 0;
  const y = sinQuadrant(
    f64x2.splat(negative ? -r : r),
    i64x2.splat((negative ? -(<i64>quadrant) : <i64>quadrant) + shift),
  );
  return <f32>f64x2.extract_lane(y, 0);
}

/** The four lanes of sin(x + shift·π/2): long enough to be a call. */
function sinShifted(x: v128, shift: i64): v128 {
  const shifts = i64x2.splat(shift);
  const low = f32x4.demote_f64x2_zero(sinModerate(f64x2.promote_low_f32x4(x), shifts));
  const upper = i32x4.shuffle(x, x, 2, 3, 2, 3);
  const high = f32x4.demote_f64x2_zero(sinModerate(f64x2.promote_low_f32x4(upper), shifts));
  let y = i32x4.shuffle(low, high, 0, 1, 4, 5);
  const far = f32x4.gt(f32x4.abs(x), f32x4.splat(LIMIT));
  if (v128.any_true(far)) {
    if (i32x4.extract_lane(far, 0)) y = f32x4.replace_lane(y, 0, sinLarge(f32x4.extract_lane(x, 0), shift));
    if (i32x4.extract_lane(far, 1)) y = f32x4.replace_lane(y, 1, sinLarge(f32x4.extract_lane(x, 1), shift));
    if (i32x4.extract_lane(far, 2)) y = f32x4.replace_lane(y, 2, sinLarge(f32x4.extract_lane(x, 2), shift));
    if (i32x4.extract_lane(far, 3)) y = f32x4.replace_lane(y, 3, sinLarge(f32x4.extract_lane(x, 3), shift));
  }
  return y;
}

/** sin x, ≤ 1 ulp for every float32. */
// @ts-ignore: decorator
@inline
export function sin4(x: v128): v128 {
  return sinShifted(x, 0);
}

/** cos x, ≤ 1 ulp for every float32. */
// @ts-ignore: decorator
@inline
export function cos4(x: v128): v128 {
  return sinShifted(x, 1);
}

/** ROUND + the nearest quadrant of u turns. */
// @ts-ignore: decorator
@inline
function quadrantBits(u: v128): v128 {
  return madd(u, f32x4.splat(4), f32x4.splat(ROUND));
}

/** sin 2πr for |r| ≤ 1/8, off by less than 2^-28. */
// @ts-ignore: decorator
@inline
function sinSmallTurn(r: v128, s: v128): v128 {
  let p = madd(f32x4.splat(-75.3922501), s, f32x4.splat(81.5923309));
  p = madd(p, s, f32x4.splat(-41.3416595));
  return f32x4.mul(r, madd(p, s, f32x4.splat(6.28318548)));
}

/** cos 2πr for |r| ≤ 1/8, off by less than 2^-33. */
// @ts-ignore: decorator
@inline
function cosSmallTurn(s: v128): v128 {
  let p = madd(f32x4.splat(59.2282143), s, f32x4.splat(-85.4432068));
  p = madd(p, s, f32x4.splat(64.9393234));
  p = madd(p, s, f32x4.splat(-19.7392082));
  return madd(p, s, f32x4.splat(1));
}

/** sin 2π(u + shift/4) for 0 ≤ u ≤ 1. */
// @ts-ignore: decorator
@inline
function sinTurnShifted(u: v128, shift: i32): v128 {
  const bits = quadrantBits(u);
  const r = nmadd(f32x4.sub(bits, f32x4.splat(ROUND)), f32x4.splat(0.25), u);
  const s = f32x4.mul(r, r);
  const quadrant = i32x4.add(bits, i32x4.splat(shift));
  const odd = i32x4.shr_s(i32x4.shl(quadrant, 31), 31);
  const sign = i32x4.shl(v128.and(quadrant, i32x4.splat(2)), 30);
  return v128.xor(v128.bitselect(cosSmallTurn(s), sinSmallTurn(r, s), odd), sign);
}

/** sin 2πu for 0 ≤ u ≤ 1, ≤ 2 ulp. */
// @ts-ignore: decorator
@inline
export function sinTurn4(u: v128): v128 {
  return sinTurnShifted(u, 0);
}

/** cos 2πu for 0 ≤ u ≤ 1, ≤ 2 ulp. */
// @ts-ignore: decorator
@inline
export function cosTurn4(u: v128): v128 {
  return sinTurnShifted(u, 1);
}

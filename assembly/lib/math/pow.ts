/**
 * @file a^b = 2^(b·log2|a|) in float64, where b·log2|a| ≤ 150 keeps 2^-38 of absolute error, then the special cases of
 * IEEE 754 `pow` (unlike JavaScript's: 1^b and (−1)^±Infinity are 1).
 */

/** 1.5·2^52: adding it rounds to an integer. */
const ROUND64: f64 = 6755399441055744;

/** log2 x of two positive normal float64 lanes: s = (m − 1)/(m + 1), ln m = 2s + s·z·R(z), z = s²; R is off by less than 2^-50. */
// @ts-ignore: decorator
@inline
function log2Positive(x: v128): v128 {
  // As in log.ts: m in [√½, √2). The exponent becomes a float64 by way of the bits of 2^52.
  const shifted = i64x2.add(x, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
  const k = f64x2.sub(
    v128.or(i64x2.shr_u(shifted, 52), i64x2.splat(0x4330000000000000)),
    f64x2.splat(4503599627370496 + 1023),
  );
  const m = i64x2.add(v128.and(shifted, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e667f3bcd));
  const one = f64x2.splat(1);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const z = f64x2.mul(s, s);
  let p = f64x2.add(f64x2.mul(z, f64x2.splat(0.16822867444110204)), f64x2.splat(0.18123399869278717));
  p = f64x2.add(f64x2.mul(z, p), f64x2.splat(0.22223378819581852));
  p = f64x2.add(f64x2.mul(z, p), f64x2.splat(0.28571417035478403));
  p = f64x2.add(f64x2.mul(z, p), f64x2.splat(0.40000000052810997));
  p = f64x2.add(f64x2.mul(z, p), f64x2.splat(0.66666666666586227));
  p = f64x2.add(f64x2.mul(z, p), f64x2.splat(2));
  return f64x2.add(f64x2.mul(f64x2.mul(s, p), f64x2.splat(1.4426950408889634)), k);
}

/** 2^y in two float64 lanes for |y| ≤ 200; the polynomial on |r| ≤ ½ is off by less than 2^-39. */
// @ts-ignore: decorator
@inline
function exp2Moderate(y: v128): v128 {
  const t = f64x2.add(y, f64x2.splat(ROUND64));
  const r = f64x2.sub(y, f64x2.sub(t, f64x2.splat(ROUND64)));
  let p = f64x2.add(f64x2.mul(r, f64x2.splat(1.3344384034773151e-6)), f64x2.splat(1.5314333075571003e-5));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(0.00015403096675272032));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(0.0013333433652780672));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(0.0096181295615193306));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(0.055504109597998154));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(0.24022650694733094));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(0.69314718054107827));
  p = f64x2.add(f64x2.mul(r, p), f64x2.splat(1));
  // The exponent field may be added to directly: the result is a normal float64.
  return i64x2.add(p, i64x2.shl(t, 52));
}

/** |a|^b in the two lower lanes, where a is nonnegative. */
// @ts-ignore: decorator
@inline
function powPositive(a: v128, b: v128): v128 {
  const x = f64x2.promote_low_f32x4(a);
  let log = log2Positive(x);
  log = v128.bitselect(log, x, f64x2.lt(x, f64x2.splat(Infinity)));
  log = v128.bitselect(f64x2.splat(-Infinity), log, f64x2.eq(x, f64x2.splat(0)));
  const y = f64x2.mul(log, f64x2.promote_low_f32x4(b));
  const bounded = f64x2.pmin(f64x2.pmax(y, f64x2.splat(-200)), f64x2.splat(200));
  return f32x4.demote_f64x2_zero(v128.bitselect(exp2Moderate(bounded), y, f64x2.eq(y, y)));
}

/** The body of pow4: long enough to be a call. */
function power(a: v128, b: v128): v128 {
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  const size = f32x4.abs(a);
  const low = powPositive(size, b);
  const high = powPositive(i32x4.shuffle(size, size, 2, 3, 2, 3), i32x4.shuffle(b, b, 2, 3, 2, 3));
  let y = i32x4.shuffle(low, high, 0, 1, 4, 5);
  // 1 for b = 0, for a = 1, and for a = −1 with b = ±Infinity, where the logarithm times b is no number.
  const isOne = v128.or(f32x4.eq(b, zero), v128.or(f32x4.eq(a, one), v128.and(f32x4.eq(size, one), f32x4.eq(b, b))));
  y = v128.bitselect(one, y, isOne);
  // A negative base: odd b flips the sign, fractional b has no real answer unless the base is −0 or −Infinity.
  const isInteger = f32x4.eq(f32x4.trunc(b), b);
  const half = f32x4.mul(b, f32x4.splat(0.5));
  const isOdd = v128.andnot(isInteger, f32x4.eq(f32x4.trunc(half), half));
  y = v128.xor(y, v128.and(v128.and(a, isOdd), i32x4.splat(0x80000000)));
  const isReal = v128.or(isInteger, v128.or(f32x4.eq(size, f32x4.splat(Infinity)), f32x4.ge(a, zero)));
  return v128.or(y, v128.andnot(f32x4.eq(a, a), isReal));
}

/** a^b, ≤ 1 ulp. */
// @ts-ignore: decorator
@inline
export function pow4(a: v128, b: v128): v128 {
  return power(a, b);
}

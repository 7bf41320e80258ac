/** @file The argument of the tanh form of GELU in two parts: 2√(2/π)·(x + 0.044715x³) in float64, rounded, and what rounding loses. */

/** 2√(2/π). */
export const SLOPE: f64 = 1.5957691216057308;
/** 2√(2/π)·0.044715. */
export const CUBIC: f64 = 0.07135481627260025;

/** v of the two lower lanes of a, in float64. */
// @ts-ignore: decorator
@inline
export function cubicArgument(a: v128): v128 {
  const x = f64x2.promote_low_f32x4(a);
  return f64x2.mul(x, f64x2.add(f64x2.splat(SLOPE), f64x2.mul(f64x2.splat(CUBIC), f64x2.mul(x, x))));
}

/** The float32 nearest to each lane of low and high. */
// @ts-ignore: decorator
@inline
export function demoteBoth(low: v128, high: v128): v128 {
  return i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** What rounding loses of v. */
// @ts-ignore: decorator
@inline
export function lostDigits(low: v128, high: v128, v: v128): v128 {
  return demoteBoth(
    f64x2.sub(low, f64x2.promote_low_f32x4(v)),
    f64x2.sub(high, f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3))),
  );
}

/** @file The one seam for instruction choice: a fused multiply-add where the build has relaxed SIMD, two roundings elsewhere. */

// @ts-ignore: decorator
@inline
/** a·b + c in four lanes. */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
/** c − a·b in four lanes. */
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

// @ts-ignore: decorator
@inline
/** x, with 0 where |x| < 2^-90: so small a number in an optimizer's slots moves no weight. */
export function withoutTiny(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(8.077935669463161e-28)));
}

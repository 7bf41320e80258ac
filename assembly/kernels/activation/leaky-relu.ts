/** @file The rectifier with all its parameters: a slope on the left of a threshold, and a limit on the right. */

import { map1Scalars3, map2Scalars3 } from '../../lib/scalar-loops';

/** Without a slope: 0·x would make NaN of −Infinity. */
@unmanaged
class Rectify {
  @inline f(x: v128, _slope: v128, threshold: v128, limit: v128): v128 {
    return v128.bitselect(limit, v128.andnot(x, f32x4.le(x, threshold)), f32x4.ge(x, limit));
  }
}

@unmanaged
class LeakyRelu {
  @inline f(x: v128, slope: v128, threshold: v128, limit: v128): v128 {
    const y = v128.bitselect(f32x4.mul(slope, f32x4.sub(x, threshold)), x, f32x4.le(x, threshold));
    return v128.bitselect(limit, y, f32x4.ge(x, limit));
  }
}

/** y = limit for x ≥ limit, x above the threshold, slope·(x − threshold) below. */
export function leakyRelu(
  x: usize,
  y: usize,
  n: i32,
  slope: f32,
  threshold: f32,
  limit: f32,
  part: i32,
  parts: i32,
): void {
  if (slope == 0) map1Scalars3<Rectify>(x, y, n, slope, threshold, limit, part, parts);
  else map1Scalars3<LeakyRelu>(x, y, n, slope, threshold, limit, part, parts);
}

@unmanaged
class LeakyReluGrad {
  @inline f(x: v128, dy: v128, slope: v128, threshold: v128, limit: v128): v128 {
    const dx = v128.bitselect(f32x4.mul(dy, slope), dy, f32x4.le(x, threshold));
    return v128.andnot(dx, f32x4.ge(x, limit));
  }
}

/** dx = 0 for x ≥ limit, dy above the threshold, slope·dy below. */
export function leakyReluGrad(
  x: usize,
  dy: usize,
  dx: usize,
  n: i32,
  slope: f32,
  threshold: f32,
  limit: f32,
  part: i32,
  parts: i32,
): void {
  map2Scalars3<LeakyReluGrad>(x, dy, dx, n, slope, threshold, limit, part, parts);
}

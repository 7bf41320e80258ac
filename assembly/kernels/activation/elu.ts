/** @file Exponential linear units, which saturate on the left: ELU and SELU as one family, CELU with its scaled exponential. */

import { map1Scalars, map2Scalars } from '../../lib/loops';
import { exp4, expm14 } from '../../lib/math';

@unmanaged
class Elu {
  @inline f(x: v128, right: v128, left: v128): v128 {
    const isRight = f32x4.ge(x, f32x4.splat(0));
    return v128.bitselect(f32x4.mul(x, right), f32x4.mul(left, expm14(x)), isRight);
  }
}

/** y = right·x for x ≥ 0, left·(e^x − 1) below: ELU with right = 1, SELU with both. */
export function elu(x: usize, y: usize, n: i32, right: f32, left: f32, part: i32, parts: i32): void {
  map1Scalars<Elu>(x, y, n, right, left, part, parts);
}

@unmanaged
class EluGrad {
  @inline f(x: v128, dy: v128, right: v128, left: v128): v128 {
    return f32x4.mul(dy, v128.bitselect(right, f32x4.mul(left, exp4(x)), f32x4.ge(x, f32x4.splat(0))));
  }
}

/** dx = dy·(x ≥ 0 ? right : left·e^x). */
export function eluGrad(
  x: usize,
  dy: usize,
  dx: usize,
  n: i32,
  right: f32,
  left: f32,
  part: i32,
  parts: i32,
): void {
  map2Scalars<EluGrad>(x, dy, dx, n, right, left, part, parts);
}

@unmanaged
class Celu {
  @inline f(x: v128, alpha: v128, _unused: v128): v128 {
    return v128.bitselect(x, f32x4.mul(alpha, expm14(f32x4.div(x, alpha))), f32x4.ge(x, f32x4.splat(0)));
  }
}

/** y = x for x ≥ 0, alpha·(e^(x/alpha) − 1) below. */
export function celu(x: usize, y: usize, n: i32, alpha: f32, part: i32, parts: i32): void {
  assert(alpha > 0);
  map1Scalars<Celu>(x, y, n, alpha, 0, part, parts);
}

@unmanaged
class CeluGrad {
  @inline f(x: v128, dy: v128, alpha: v128, _unused: v128): v128 {
    return f32x4.mul(dy, v128.bitselect(f32x4.splat(1), exp4(f32x4.div(x, alpha)), f32x4.ge(x, f32x4.splat(0))));
  }
}

/** dx = dy·(x ≥ 0 ? 1 : e^(x/alpha)). */
export function celuGrad(x: usize, dy: usize, dx: usize, n: i32, alpha: f32, part: i32, parts: i32): void {
  assert(alpha > 0);
  map2Scalars<CeluGrad>(x, dy, dx, n, alpha, 0, part, parts);
}

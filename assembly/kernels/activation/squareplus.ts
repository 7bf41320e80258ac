/**
 * @file Squareplus, (x + √(x² + b))/2, and its gradient. With h = √(x² + b) the sum is max(x, 0) + b/2 / (h + |x|), which neither
 * cancels on the left nor overflows for large |x|.
 */

import { map1Scalars, map2Scalars } from '../../lib/loops';
import { madd } from '../../lib/simd';

/** From here on √(x² + b) is |x|, and x² may overflow. */
const LARGE: f32 = 1e18;

@unmanaged
class Squareplus {
  /** √(x² + b). */
  @inline root(x: v128, b: v128): v128 {
    const a = f32x4.abs(x);
    return v128.bitselect(a, f32x4.sqrt(madd(x, x, b)), f32x4.ge(a, f32x4.splat(LARGE)));
  }

  /** (h + |x|)/2: their sum alone might overflow. */
  @inline middle(h: v128, x: v128): v128 {
    const half = f32x4.splat(0.5);
    return f32x4.add(f32x4.mul(h, half), f32x4.mul(f32x4.abs(x), half));
  }

  @inline f(x: v128, b: v128, quarter: v128): v128 {
    return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), f32x4.div(quarter, this.middle(this.root(x, b), x)));
  }
}

/** y = (x + √(x² + b))/2, b > 0; ≤ 3 ulp. */
export function squareplus(x: usize, y: usize, n: i32, b: f32, part: i32, parts: i32): void {
  assert(b > 0);
  map1Scalars<Squareplus>(x, y, n, b, b * 0.25, part, parts);
}

@unmanaged
class SquareplusGrad {
  @inline f(x: v128, dy: v128, b: v128, quarter: v128): v128 {
    const forward = changetype<Squareplus>(0);
    const h = forward.root(x, b);
    // (1 + x/h)/2 is b/2 / (h·(h + |x|)) for x < 0, and 1 minus that for x ≥ 0.
    const left = f32x4.div(f32x4.div(quarter, h), forward.middle(h, x));
    return f32x4.mul(dy, v128.bitselect(left, f32x4.sub(f32x4.splat(1), left), f32x4.lt(x, f32x4.splat(0))));
  }
}

/** dx = dy·(1 + x/√(x² + b))/2. */
export function squareplusGrad(x: usize, dy: usize, dx: usize, n: i32, b: f32, part: i32, parts: i32): void {
  assert(b > 0);
  map2Scalars<SquareplusGrad>(x, dy, dx, n, b, b * 0.25, part, parts);
}

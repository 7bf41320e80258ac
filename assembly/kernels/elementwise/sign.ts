/** @file What happens to the sign alone. */

import { map1 } from '../../lib/loops';

@unmanaged
class Neg {
  @inline f(x: v128): v128 {
    return f32x4.neg(x);
  }
}

/** y = −x. */
export function neg(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Neg>(x, y, n, part, parts);
}

@unmanaged
class Abs {
  @inline f(x: v128): v128 {
    return f32x4.abs(x);
  }
}

/** y = |x|. */
export function abs(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Abs>(x, y, n, part, parts);
}

@unmanaged
class Sign {
  @inline f(x: v128): v128 {
    const zero = f32x4.splat(0);
    const one = v128.or(v128.and(x, i32x4.splat(0x80000000)), f32x4.splat(1));
    return v128.bitselect(one, x, v128.or(f32x4.lt(x, zero), f32x4.gt(x, zero)));
  }
}

/** y = 1 or −1 with the sign of x; ±0 and NaN stay themselves. */
export function sign(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Sign>(x, y, n, part, parts);
}

/** @file A choice per element. */

import { map3 } from '../../lib/loops';

@unmanaged
class Select {
  @inline f(c: v128, a: v128, b: v128): v128 {
    return v128.bitselect(b, a, f32x4.eq(c, f32x4.splat(0)));
  }
}

/** y = c ≠ 0 ? a : b. */
export function select(c: usize, a: usize, b: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map3<Select>(c, a, b, y, n, part, parts);
}

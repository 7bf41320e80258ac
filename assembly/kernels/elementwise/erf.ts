/** @file Error function. */

import { map1 } from '../../lib/loops';
import { erf4 } from '../../lib/math';

@unmanaged
class Erf {
  @inline f(x: v128): v128 {
    return erf4(x);
  }
}

/** y = erf x. */
export function erf(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Erf>(x, y, n, part, parts);
}

/** @file Natural logarithms: −Infinity at 0 (of the argument of ln), NaN below. */

import { map1 } from '../../lib/loops';
import { log1p4, log4 } from '../../lib/math';

@unmanaged
class Log {
  @inline f(x: v128): v128 {
    return log4(x);
  }
}

/** y = ln x. */
export function log(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Log>(x, y, n, part, parts);
}

@unmanaged
class Log1p {
  @inline f(x: v128): v128 {
    return log1p4(x);
  }
}

/** y = ln(1 + x), accurate near 0. */
export function log1p(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Log1p>(x, y, n, part, parts);
}

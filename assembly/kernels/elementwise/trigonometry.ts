/** @file Sine and cosine of any float32, in radians. */

import { map1 } from '../../lib/loops';
import { cos4, sin4 } from '../../lib/math';

@unmanaged
class Sin {
  @inline f(x: v128): v128 {
    return sin4(x);
  }
}

/** y = sin x. */
export function sin(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Sin>(x, y, n, part, parts);
}

@unmanaged
class Cos {
  @inline f(x: v128): v128 {
    return cos4(x);
  }
}

/** y = cos x. */
export function cos(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Cos>(x, y, n, part, parts);
}

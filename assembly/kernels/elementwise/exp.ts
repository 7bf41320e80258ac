/** @file e^x and e^x − 1; both are their own gradient's factor, so the gradient needs no kernel. */

import { map1 } from '../../lib/loops';
import { exp4, expm14 } from '../../lib/math';

@unmanaged
class Exp {
  @inline f(x: v128): v128 {
    return exp4(x);
  }
}

/** y = e^x. */
export function exp(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Exp>(x, y, n, part, parts);
}

@unmanaged
class Expm1 {
  @inline f(x: v128): v128 {
    return expm14(x);
  }
}

/** y = e^x − 1, accurate near 0. */
export function expm1(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<Expm1>(x, y, n, part, parts);
}

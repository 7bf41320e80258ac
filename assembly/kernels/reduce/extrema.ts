/**
 * @file Largest, smallest and product of x [outer, count, inner] along its middle axis. A NaN anywhere makes the result
 * NaN; a zero may have either sign where both are there. With count 0 the results are −Infinity, Infinity and 1.
 */
import { fold } from '../../lib/sum-fold';

@unmanaged
class Maximum {
  @inline identity(): f32 { return -Infinity; }
  @inline f(a: v128, b: v128): v128 { return f32x4.pmax(a, b); }
  @inline losesNaN(): bool { return true; }
}

@unmanaged
class Minimum {
  @inline identity(): f32 { return Infinity; }
  @inline f(a: v128, b: v128): v128 { return f32x4.pmin(a, b); }
  @inline losesNaN(): bool { return true; }
}

@unmanaged
class Product {
  @inline identity(): f32 { return 1; }
  @inline f(a: v128, b: v128): v128 { return f32x4.mul(a, b); }
  @inline losesNaN(): bool { return false; }
}

/** y[o, i] = max over c of x[o, c, i]. */
export function max(x: usize, y: usize, outer: i32, count: i32, inner: i32, part: i32, parts: i32): void {
  fold<Maximum>(x, y, outer, count, inner, part, parts);
}

/** y[o, i] = min over c of x[o, c, i]. */
export function min(x: usize, y: usize, outer: i32, count: i32, inner: i32, part: i32, parts: i32): void {
  fold<Minimum>(x, y, outer, count, inner, part, parts);
}

/** y[o, i] = Π over c of x[o, c, i]. */
export function prod(x: usize, y: usize, outer: i32, count: i32, inner: i32, part: i32, parts: i32): void {
  fold<Product>(x, y, outer, count, inner, part, parts);
}

/**
 * @file Sums along contiguous rows. Blocks of 256 elements are added up in single precision by 16 partial sums, which
 * combine as a tree; the totals of the blocks are added in double precision. The order depends on the length alone and
 * the error stays at a few units in the last place of Σ|x| whatever the length.
 *
 * What is summed is a class with inline `f(a, b: v128): v128` and `two(): bool`, false when b is not read.
 */
import { laneSum } from './sum-lanes';

const BLOCK: i32 = 256;

/** a[i]. */
@unmanaged
export class Plain {
  @inline two(): bool { return false; }
  @inline f(a: v128, b: v128): v128 { return a; }
}

/** a[i]². */
@unmanaged
export class Square {
  @inline two(): bool { return false; }
  @inline f(a: v128, b: v128): v128 { return f32x4.mul(a, a); }
}

/** a[i]·b[i]. */
@unmanaged
export class Product {
  @inline two(): bool { return true; }
  @inline f(a: v128, b: v128): v128 { return f32x4.mul(a, b); }
}

// @ts-ignore: decorator
@inline
function term<Term>(a: usize, b: usize): v128 {
  const op = changetype<Term>(0);
  const x = v128.load(a);
  return op.f(x, op.two() ? v128.load(b) : x);
}

/** At most BLOCK elements. */
function blockSum<Term>(a: usize, b: usize, n: i32): f32 {
  const op = changetype<Term>(0);
  let s0 = f32x4.splat(0);
  if (n >= 16) {
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    do {
      s0 = f32x4.add(s0, term<Term>(a, b));
      s1 = f32x4.add(s1, term<Term>(a + 16, b + 16));
      s2 = f32x4.add(s2, term<Term>(a + 32, b + 32));
      s3 = f32x4.add(s3, term<Term>(a + 48, b + 48));
      a += 64;
      b += 64;
      n -= 16;
    } while (n >= 16);
    s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  }
  for (; n >= 4; n -= 4) {
    s0 = f32x4.add(s0, term<Term>(a, b));
    a += 16;
    b += 16;
  }
  let sum = laneSum(s0);
  for (; n > 0; n--) {
    const x = v128.load_splat<f32>(a);
    sum += f32x4.extract_lane(op.f(x, op.two() ? v128.load_splat<f32>(b) : x), 0);
    a += 4;
    b += 4;
  }
  return sum;
}

/** Σ f(a[i], b[i]) over n elements. */
export function sumRow<Term>(a: usize, b: usize, n: i32): f64 {
  let total: f64 = 0;
  while (n > BLOCK) {
    total += <f64>blockSum<Term>(a, b, BLOCK);
    a += BLOCK * 4;
    b += BLOCK * 4;
    n -= BLOCK;
  }
  return total + <f64>blockSum<Term>(a, b, n);
}

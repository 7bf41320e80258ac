/** @file Normal numbers; `state` and `stream` as in uniform.ts. */

import { cosTurn4, log4, sinTurn4 } from '../../lib/math';
import { generate, unit24 } from '../../lib/random';
import { madd } from '../../lib/simd';

/** Box–Muller: two words make two numbers, radius √(−2 ln u) times the cosine and the sine of a uniform angle. */
@unmanaged
class Normal {
  @inline prepare(a: v128): v128 {
    // All 32 bits go into the radius: |z| reaches 6.7. Half a step keeps u above 0.
    const u = madd(f32x4.convert_i32x4_u(a), f32x4.splat(2.3283064365386963e-10), f32x4.splat(1.1641532182693481e-10));
    return f32x4.sqrt(f32x4.mul(log4(u), f32x4.splat(-2)));
  }
  @inline first(radius: v128, b: v128, mean: v128, stddev: v128): v128 {
    return madd(f32x4.mul(radius, cosTurn4(unit24(b))), stddev, mean);
  }
  @inline second(radius: v128, b: v128, mean: v128, stddev: v128): v128 {
    return madd(f32x4.mul(radius, sinTurn4(unit24(b))), stddev, mean);
  }
}

/**
 * The inverse of the distribution function within ±2: z = √2·erf⁻¹(p) = p·Q(−ln(1 − p²)) for |p| < erf √2, Q a minimax
 * polynomial off by less than 2^-25.
 */
@unmanaged
class TruncatedNormal {
  @inline prepare(a: v128): v128 {
    return a;
  }
  @inline first(a: v128, b: v128, mean: v128, stddev: v128): v128 {
    return this.f(a, mean, stddev);
  }
  @inline second(a: v128, b: v128, mean: v128, stddev: v128): v128 {
    return this.f(b, mean, stddev);
  }
  @inline f(bits: v128, mean: v128, stddev: v128): v128 {
    const one = f32x4.splat(1);
    // Odd multiples of 2^-24 in (−1, 1): symmetric and exact.
    const centred = f32x4.sub(madd(unit24(bits), f32x4.splat(2), f32x4.splat(5.9604644775390625e-8)), one);
    const p = f32x4.mul(centred, f32x4.splat(0.954499736));
    const w = f32x4.neg(log4(f32x4.mul(f32x4.sub(one, p), f32x4.add(one, p))));
    let q = madd(f32x4.splat(-6.36404866e-6), w, f32x4.splat(9.06949863e-5));
    q = madd(q, w, f32x4.splat(-0.000215604916));
    q = madd(q, w, f32x4.splat(-0.00327704358));
    q = madd(q, w, f32x4.splat(0.0163243357));
    q = madd(q, w, f32x4.splat(0.328118056));
    q = madd(q, w, f32x4.splat(1.25331414));
    const z = f32x4.pmin(f32x4.pmax(f32x4.mul(p, q), f32x4.splat(-2)), f32x4.splat(2));
    return madd(z, stddev, mean);
  }
}

/** y = mean + stddev·z, z normal. */
export function randomNormal(y: usize, state: usize, n: i32, stream: i32, mean: f32, stddev: f32, part: i32, parts: i32): void {
  generate<Normal>(y, state, n, stream, mean, stddev, part, parts);
}

/** y = mean + stddev·z, z normal but never beyond ±2. */
export function randomTruncatedNormal(
  y: usize,
  state: usize,
  n: i32,
  stream: i32,
  mean: f32,
  stddev: f32,
  part: i32,
  parts: i32,
): void {
  generate<TruncatedNormal>(y, state, n, stream, mean, stddev, part, parts);
}

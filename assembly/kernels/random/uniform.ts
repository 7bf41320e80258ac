/**
 * @file Uniform numbers and dropout masks, one 24-bit number u per element. `state` holds four u32:
 * [keyLo, keyHi, counterLo, counterHi]; `stream` tells apart the calls that share a state.
 */

import { generate, unit24 } from '../../lib/random';

@unmanaged
class Uniform {
  @inline prepare(a: v128): v128 {
    return a;
  }
  @inline first(a: v128, b: v128, low: v128, high: v128): v128 {
    return this.f(a, low, high);
  }
  @inline second(a: v128, b: v128, low: v128, high: v128): v128 {
    return this.f(b, low, high);
  }
  @inline f(bits: v128, low: v128, high: v128): v128 {
    const value = f32x4.add(low, f32x4.mul(unit24(bits), f32x4.sub(high, low)));
    // Rounding may reach `high`: take the float below it (bits − 1, or + 1 where negative), but never leave an empty range.
    const step = v128.or(i32x4.shr_s(high, 31), i32x4.splat(1));
    const below = v128.bitselect(i32x4.splat(0x80000001), i32x4.sub(high, step), f32x4.eq(high, f32x4.splat(0)));
    return f32x4.pmax(f32x4.pmin(value, below), low);
  }
}

@unmanaged
class Dropout {
  @inline prepare(a: v128): v128 {
    return a;
  }
  @inline first(a: v128, b: v128, rate: v128, keep: v128): v128 {
    return this.f(a, rate, keep);
  }
  @inline second(a: v128, b: v128, rate: v128, keep: v128): v128 {
    return this.f(b, rate, keep);
  }
  @inline f(bits: v128, rate: v128, keep: v128): v128 {
    return v128.and(keep, f32x4.ge(unit24(bits), rate));
  }
}

/** y = low + u·(high − low), in [low, high). */
export function randomUniform(y: usize, state: usize, n: i32, stream: i32, low: f32, high: f32, part: i32, parts: i32): void {
  assert(low <= high);
  generate<Uniform>(y, state, n, stream, low, high, part, parts);
}

/** y = u < rate ? 0 : 1 / (1 − rate). */
export function dropoutMask(y: usize, state: usize, n: i32, stream: i32, rate: f32, part: i32, parts: i32): void {
  assert(rate >= 0 && rate <= 1);
  generate<Dropout>(y, state, n, stream, rate, 1 / (1 - rate), part, parts);
}

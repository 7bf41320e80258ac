/** @file From one element type to another. To integers: toward zero, saturating, NaN to 0. */

import { map1, rowFromBytes } from '../../lib/loops';
import { rangeStart } from '../../lib/parallel';

/** Bytes per cache line: shares of byte outputs start at multiples of it. */
const LINE: i32 = 64;

@unmanaged
class I32ToF32 {
  @inline f(x: v128): v128 {
    return f32x4.convert_i32x4_s(x);
  }
}

@unmanaged
class F32ToI32 {
  @inline f(x: v128): v128 {
    return i32x4.trunc_sat_f32x4_s(x);
  }
}

@unmanaged
class U8ToF32 {
  @inline f(x: v128, s: v128, t: v128): v128 {
    return f32x4.convert_i32x4_s(x);
  }
}

@unmanaged
class U8ToI32 {
  @inline f(x: v128, s: v128, t: v128): v128 {
    return x;
  }
}

/** y: f32 = x: i32, rounded to nearest. */
export function castI32ToF32(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<I32ToF32>(x, y, n, part, parts);
}

/** y: i32 = x: f32. */
export function castF32ToI32(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  map1<F32ToI32>(x, y, n, part, parts);
}

/** y: f32 = x: u8. */
export function castU8ToF32(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  assert(n >= 0 && (y & 3) == 0);
  const start = rangeStart(n, part, parts, LINE);
  rowFromBytes<U8ToF32>(x + start, y + ((<usize>start) << 2), rangeStart(n, part + 1, parts, LINE) - start, 0, 0);
}

/** y: i32 = x: u8. */
export function castU8ToI32(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  assert(n >= 0 && (y & 3) == 0);
  const start = rangeStart(n, part, parts, LINE);
  rowFromBytes<U8ToI32>(x + start, y + ((<usize>start) << 2), rangeStart(n, part + 1, parts, LINE) - start, 0, 0);
}

/** y: u8 = x: f32. */
export function castF32ToU8(x: usize, y: usize, n: i32, part: i32, parts: i32): void {
  assert(n >= 0 && (x & 3) == 0);
  let i = rangeStart(n, part, parts, LINE);
  const end = rangeStart(n, part + 1, parts, LINE);
  for (; i + 8 <= end; i += 8) {
    const p = x + ((<usize>i) << 2);
    const low = i32x4.trunc_sat_f32x4_s(v128.load(p));
    const high = i32x4.trunc_sat_f32x4_s(v128.load(p, 16));
    const words = i16x8.narrow_i32x4_s(low, high);
    v128.store_lane<u64>(y + i, i8x16.narrow_i16x8_u(words, words), 0);
  }
  for (; i < end; i++) {
    const value = i32x4.trunc_sat_f32x4_s(v128.load_splat<f32>(x + ((<usize>i) << 2)));
    const words = i16x8.narrow_i32x4_s(value, value);
    v128.store_lane<u8>(y + i, i8x16.narrow_i16x8_u(words, words), 0);
  }
}

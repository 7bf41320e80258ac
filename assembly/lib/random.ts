/**
 * @file Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", 2011). A block of four words is a pure function of a 128-bit counter and a 64-bit key, so element i of a call
 * depends on (key, counter, stream, i) alone: any thread may make any share, in any order.
 *
 * Block b of a call has the counter words (b, stream, counterLo, counterHi); elements 4b … 4b + 3 come from it. Four blocks
 * are made at once, one per lane, until word j of all four sits in one vector.
 */

import { rangeStart } from './parallel';

const MULTIPLIER_0: i32 = 0xd2511f53;
const MULTIPLIER_1: i32 = 0xcd9e8d57;
/** Weyl increments of the key: the golden ratio and √3 − 1. */
const WEYL_0: i32 = 0x9e3779b9;
const WEYL_1: i32 = 0xbb67ae85;

/** Elements of four blocks. */
const GROUP: i32 = 16;

/** The upper 24 bits of random words as a float32 in [0, 1). */
// @ts-ignore: decorator
@inline
export function unit24(bits: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(bits, 8)), f32x4.splat(5.9604644775390625e-8));
}

/** Stores the first `count` ≤ 4 lanes. */
// @ts-ignore: decorator
@inline
function storeSome(y: usize, v: v128, count: i32): void {
  if (count > 3) v128.store_lane<f32>(y, v, 3, 12);
  if (count > 0) v128.store_lane<f32>(y, v, 0);
  if (count > 1) v128.store_lane<f32>(y, v, 1, 4);
  if (count > 2) v128.store_lane<f32>(y, v, 2, 8);
}

/**
 * y[i] for the share of `part`. Of each pair of words (a, b) the op makes two elements: `prepare(a)` once, then
 * `first(prepared, b, s, t)` and `second(prepared, b, s, t)`.
 */
export function generate<Op>(y: usize, state: usize, n: i32, stream: i32, s: f32, t: f32, part: i32, parts: i32): void {
  assert(n >= 0 && ((y | state) & 3) == 0);
  const op = changetype<Op>(0);
  const keyLo = v128.load_splat<u32>(state);
  const keyHi = v128.load_splat<u32>(state, 4);
  const counterLo = v128.load_splat<u32>(state, 8);
  const counterHi = v128.load_splat<u32>(state, 12);
  const streams = i32x4.splat(stream);
  const sv = f32x4.splat(s);
  const tv = f32x4.splat(t);
  const m0 = i32x4.splat(MULTIPLIER_0);
  const m1 = i32x4.splat(MULTIPLIER_1);
  const w0 = i32x4.splat(WEYL_0);
  const w1 = i32x4.splat(WEYL_1);
  const end = rangeStart(n, part + 1, parts, GROUP);
  for (let i = rangeStart(n, part, parts, GROUP); i < end; i += GROUP) {
    let c0 = i32x4.add(i32x4.splat(i >> 2), i32x4(0, 1, 2, 3));
    let c1 = streams;
    let c2 = counterLo;
    let c3 = counterHi;
    let k0 = keyLo;
    let k1 = keyHi;
    for (let round = 0; round < 10; round++) {
      // 64-bit products of two blocks each; the shuffles part their lower from their upper halves.
      const p0 = i64x2.extmul_low_i32x4_u(c0, m0);
      const q0 = i64x2.extmul_high_i32x4_u(c0, m0);
      const p1 = i64x2.extmul_low_i32x4_u(c2, m1);
      const q1 = i64x2.extmul_high_i32x4_u(c2, m1);
      c0 = v128.xor(v128.xor(i32x4.shuffle(p1, q1, 1, 3, 5, 7), c1), k0);
      c1 = i32x4.shuffle(p1, q1, 0, 2, 4, 6);
      c2 = v128.xor(v128.xor(i32x4.shuffle(p0, q0, 1, 3, 5, 7), c3), k1);
      c3 = i32x4.shuffle(p0, q0, 0, 2, 4, 6);
      k0 = i32x4.add(k0, w0);
      k1 = i32x4.add(k1, w1);
    }
    const prepared0 = op.prepare(c0);
    const z0 = op.first(prepared0, c1, sv, tv);
    const z1 = op.second(prepared0, c1, sv, tv);
    const prepared2 = op.prepare(c2);
    const z2 = op.first(prepared2, c3, sv, tv);
    const z3 = op.second(prepared2, c3, sv, tv);
    // From one block per lane to one block per vector.
    const z01low = i32x4.shuffle(z0, z1, 0, 4, 1, 5);
    const z01high = i32x4.shuffle(z0, z1, 2, 6, 3, 7);
    const z23low = i32x4.shuffle(z2, z3, 0, 4, 1, 5);
    const z23high = i32x4.shuffle(z2, z3, 2, 6, 3, 7);
    const to = y + ((<usize>i) << 2);
    const left = end - i;
    const b0 = i64x2.shuffle(z01low, z23low, 0, 2);
    const b1 = i64x2.shuffle(z01low, z23low, 1, 3);
    const b2 = i64x2.shuffle(z01high, z23high, 0, 2);
    const b3 = i64x2.shuffle(z01high, z23high, 1, 3);
    if (left >= GROUP) {
      v128.store(to, b0);
      v128.store(to, b1, 16);
      v128.store(to, b2, 32);
      v128.store(to, b3, 48);
    } else {
      storeSome(to, b0, left);
      storeSome(to + 16, b1, left - 4);
      storeSome(to + 32, b2, left - 8);
      storeSome(to + 48, b3, left - 12);
    }
  }
}

/**
 * @file Optimizer updates over all weights of a model at once. The table has one row of i32 words per weight array:
 *
 *   count, address of w, address of its gradient g, then one address per slot (optimizer state of the same count)
 *
 * An update is a class with `slots(): i32`, `hypers(): i32` and an inline generic
 * `step<L>(w, g, s0, s1, s2: usize, h0, h1, h2, h3, h4, scale: v128): void` that loads and stores through L (the gradient by `scaled`):
 * Four takes four elements,
 * One takes a single element with the same arithmetic. Unused slots are 0, hyper h[k] is hyper[k] in all lanes.
 *
 * One more float follows the hyper-parameters: where it is not 0, slots are cleared of tiny numbers after the update. A moving
 * average of zeros decays into subnormals and stays there, and arithmetic on those takes many times as long: the units of a layer
 * that has died would slow every step. To do this now and then is enough, and costs nothing in the steps between.
 *
 * What else belongs to a step (lib/segment-extras.ts) is done in pieces that stay in the nearest cache, right before and after the update
 * of each piece, so that weights and gradients are read from memory once.
 */
import { after, before, clear, clippedGradient, clips, EXTRAS_PIECE, isPaused, normFactor, SUM_CHUNK, segmentFactor } from './segment-extras';
import { rangeStart } from './parallel';
import { withoutTiny } from './simd';

/** A cache line of f32: threads meet only at multiples of it within a segment. */
const GRAIN: i32 = 16;

/** Four neighbouring elements. */
@unmanaged
export class Four {
  @inline load(p: usize): v128 { return v128.load(p); }
  @inline scaled(p: usize, factor: v128): v128 { return f32x4.mul(v128.load(p), factor); }
  @inline store(p: usize, v: v128): void { v128.store(p, v); }
}

/** One element, in every lane. */
@unmanaged
export class One {
  @inline load(p: usize): v128 { return v128.load_splat<f32>(p); }
  @inline scaled(p: usize, factor: v128): v128 { return f32x4.mul(v128.load_splat<f32>(p), factor); }
  @inline store(p: usize, v: v128): void { v128.store_lane<f32>(p, v, 0); }
}

// @ts-ignore: decorator
@inline
function hyperAt(hyper: usize, index: i32, count: i32): v128 {
  return index < count ? v128.load_splat<f32>(hyper + ((<usize>index) << 2)) : f32x4.splat(0);
}

// @ts-ignore: decorator
@inline
function word(row: usize, index: i32): i32 {
  return load<i32>(row + ((<usize>index) << 2));
}

/** Clears `n` slots of tiny numbers. */
function clearTiny(slots: usize, n: i32): void {
  for (; n >= 4; n -= 4, slots += 16) v128.store(slots, withoutTiny(v128.load(slots)));
  for (; n > 0; n--, slots += 4) v128.store_lane<f32>(slots, withoutTiny(v128.load_splat<f32>(slots)), 0);
}

/**
 * Runs the update on this thread's share of every segment. A share of each, not of the whole, so that a thread meets the same part of
 * a weight in every kernel of a step: its gradient, its slots and the weight itself then stay in the cache of one core.
 *
 * @param extras what else belongs to the step (lib/segment-extras.ts), 0 if nothing
 * @param scratch EXTRAS_PIECE floats for each thread; not read without extras
 */
export function updateSegments<Update>(
  table: usize, segments: i32, hyper: usize, extras: usize, scratch: usize, part: i32, parts: i32,
): void {
  const op = changetype<Update>(0);
  const rowBytes = (<usize>(3 + op.slots())) << 2;
  const h0 = hyperAt(hyper, 0, op.hypers());
  const h1 = hyperAt(hyper, 1, op.hypers());
  const h2 = hyperAt(hyper, 2, op.hypers());
  const h3 = hyperAt(hyper, 3, op.hypers());
  const h4 = hyperAt(hyper, 4, op.hypers());
  const isClearing = op.slots() > 0 && load<f32>(hyper + (<usize>op.hypers() << 2)) != 0;
  const pauses = extras != 0 && isPaused(extras);
  const common = extras != 0 ? normFactor(extras) : 1;
  scratch += (<usize>(part * EXTRAS_PIECE)) << 2;
  let chunk = 0;
  for (let s = 0; s < segments; s++) {
    const count = word(table, 0);
    const from = rangeStart(count, part, parts, GRAIN);
    const to = rangeStart(count, part + 1, parts, GRAIN);
    const factor = extras != 0 ? segmentFactor(extras, common, count, chunk) : 1;
    // Gradients are multiplied as they are read, also by 1, which changes no bit; those that are clipped have been before.
    const isClipped = extras != 0 && clips(extras);
    const scale = f32x4.splat(isClipped ? 1 : factor);
    chunk += (count + SUM_CHUNK - 1) / SUM_CHUNK;
    const offset = (<usize>from) << 2;
    let w = <usize>word(table, 1) + offset;
    let gradient = <usize>word(table, 2) + offset;
    let s0 = op.slots() > 0 ? <usize>word(table, 3) + offset : 0;
    let s1 = op.slots() > 1 ? <usize>word(table, 4) + offset : 0;
    let s2 = op.slots() > 2 ? <usize>word(table, 5) + offset : 0;
    for (let at = from; at < to; ) {
      let n = to - at;
      let g = gradient;
      if (extras != 0) {
        if (n > EXTRAS_PIECE) n = EXTRAS_PIECE;
        if (pauses) {
          after(extras, s, w, at, n);
          at += n;
          w += (<usize>n) << 2;
          continue;
        }
        before(extras, s, w, at, n);
        if (isClipped) g = clippedGradient(extras, g, scratch, n, factor);
      }
      const length = n;
      const start = w;
      if (n >= 8) {
        do {
          op.step<Four>(w, g, s0, s1, s2, h0, h1, h2, h3, h4, scale);
          op.step<Four>(w + 16, g + 16, s0 + 16, s1 + 16, s2 + 16, h0, h1, h2, h3, h4, scale);
          w += 32;
          g += 32;
          if (op.slots() > 0) s0 += 32;
          if (op.slots() > 1) s1 += 32;
          if (op.slots() > 2) s2 += 32;
          n -= 8;
        } while (n >= 8);
      }
      if (n >= 4) {
        op.step<Four>(w, g, s0, s1, s2, h0, h1, h2, h3, h4, scale);
        w += 16;
        g += 16;
        s0 += 16;
        s1 += 16;
        s2 += 16;
        n -= 4;
      }
      for (; n > 0; n--) {
        op.step<One>(w, g, s0, s1, s2, h0, h1, h2, h3, h4, scale);
        w += 4;
        g += 4;
        s0 += 4;
        s1 += 4;
        s2 += 4;
      }
      if (extras != 0) {
        clear(extras, s, at, length);
        after(extras, s, start, at, length);
      }
      gradient += (<usize>length) << 2;
      at += length;
    }
    if (isClearing && !pauses && from < to) {
      for (let slot = 0; slot < op.slots(); slot++) clearTiny(<usize>word(table, 3 + slot) + offset, to - from);
    }
    table += rowBytes;
  }
}

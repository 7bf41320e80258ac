/**
 * @file What belongs to an optimizer's step besides the update itself: clipping and scaling of gradients, weight decay, averages of the
 * weights, Lookahead, accumulated gradients. Each works on a piece of a weight, small enough that it is still in the nearest cache when
 * the update or the next of these reads it again.
 *
 * `extras` points to i32 words: address of the numbers below (f32), kind of norm, number of partial sums, address of the gradients' partial
 * sums (kernels/optimizer/sum-squares.ts), address of the weights'; then per segment EXTRAS_ROW words: address of the average, of the slow
 * weight, of the accumulated gradient to clear (each 0 if there is none), and whether the weight decays.
 */
import { madd, nmadd } from './simd';

/** Elements of a piece; scratch memory holds the gradient of one for each thread. */
export const EXTRAS_PIECE: i32 = 1024;

/** Elements per partial sum of squares. */
export const SUM_CHUNK: i32 = 4096;

const HEADER: i32 = 5;
const ROW: i32 = 4;

/** Numbers of a step, as f32: not 0 where gradients are only accumulated this time. */
export const NUMBER_PAUSE: i32 = 0;
/** λ·η: what decaying weights lose of themselves. */
export const NUMBER_DECAY: i32 = 1;
/** Factor of all gradients. */
export const NUMBER_FACTOR: i32 = 2;
/** Bound of each element of the gradients, 0 if none. */
export const NUMBER_CLIP: i32 = 3;
/** Bound of a norm, or what is added to it before it divides. */
export const NUMBER_BOUND: i32 = 4;
/** Share of the averages that is kept. */
export const NUMBER_KEEP: i32 = 5;
/** Share of the weights that averages take in. */
export const NUMBER_TAKE: i32 = 6;
/** Not 0 where averages replace the weights. */
export const NUMBER_OVERWRITE: i32 = 7;
/** Not 0 where slow weights start from the weights. */
export const NUMBER_SLOW_START: i32 = 8;
/** Share of the way that slow weights go to the weights, which then follow them; 0 for not now. */
export const NUMBER_SLOW_SHARE: i32 = 9;

/** Kinds of norms: the gradient of each weight, or all of them together, is bounded … */
export const NORM_CLIP_EACH: i32 = 1;
export const NORM_CLIP_ALL: i32 = 2;
/** … or divided by its norm … */
export const NORM_DIVIDE_EACH: i32 = 3;
export const NORM_DIVIDE_ALL: i32 = 4;
/** … or made as long as the weight (a trust ratio). */
export const NORM_TRUST: i32 = 5;

// @ts-ignore: decorator
@inline
function word(extras: usize, index: i32): i32 {
  return load<i32>(extras + ((<usize>index) << 2));
}

// @ts-ignore: decorator
@inline
function number(extras: usize, index: i32): f32 {
  return load<f32>(<usize>load<i32>(extras) + ((<usize>index) << 2));
}

// @ts-ignore: decorator
@inline
/** Address of element `at` of the array in a column of a segment's row, 0 if there is none. */
function place(extras: usize, segment: i32, column: i32, at: i32): usize {
  const address = <usize>word(extras, HEADER + segment * ROW + column);
  return address != 0 ? address + ((<usize>at) << 2) : 0;
}

/** Whether this step only accumulates. */
export function isPaused(extras: usize): bool {
  return number(extras, NUMBER_PAUSE) != 0;
}

/** Root of the sum of `n` partial sums. */
function root(sums: usize, n: i32): f64 {
  let total: f64 = 0;
  for (let k = 0; k < n; k++) total += <f64>load<f32>(sums + ((<usize>k) << 2));
  return Math.sqrt(total);
}

/** What a gradient of this norm is multiplied by so that it keeps within the bound; NaN where the norm is. */
function within(norm: f64, bound: f64): f64 {
  return norm <= bound ? 1 : bound / norm;
}

/** Factor of all gradients, with that of their common norm. */
export function normFactor(extras: usize): f32 {
  const factor = <f64>number(extras, NUMBER_FACTOR);
  const bound = <f64>number(extras, NUMBER_BOUND);
  const kind = word(extras, 1);
  if (kind == NORM_CLIP_ALL) {
    const norm = factor * root(<usize>word(extras, 3), word(extras, 2));
    // norm − norm is 0, or NaN where the norm is not finite, so that the failure shows.
    return <f32>(factor * within(norm, bound) + (norm - norm));
  }
  if (kind == NORM_DIVIDE_ALL) return <f32>(factor / (factor * root(<usize>word(extras, 3), word(extras, 2)) + bound));
  return <f32>factor;
}

/** Factor of the gradient of a segment whose partial sums begin with number `chunk`; `common` is that of all. */
export function segmentFactor(extras: usize, common: f32, count: i32, chunk: i32): f32 {
  const kind = word(extras, 1);
  if (kind != NORM_CLIP_EACH && kind != NORM_DIVIDE_EACH && kind != NORM_TRUST) return common;
  const own = (count + SUM_CHUNK - 1) / SUM_CHUNK;
  const first = (<usize>chunk) << 2;
  const factor = <f64>common;
  const norm = factor * root(<usize>word(extras, 3) + first, own);
  if (kind == NORM_TRUST) {
    const length = root(<usize>word(extras, 4) + first, own);
    return length > 0 && norm > 0 ? <f32>(factor * (length / norm)) : common;
  }
  const bound = <f64>number(extras, NUMBER_BOUND);
  return <f32>(factor * (kind == NORM_CLIP_EACH ? within(norm, bound) : 1 / (norm + bound)));
}

/** Whether every element of the gradients is bounded. */
export function clips(extras: usize): bool {
  return number(extras, NUMBER_CLIP) != 0;
}

/** Scales and clips `n` elements of the gradient into scratch memory, and gives its address. */
export function clippedGradient(extras: usize, g: usize, scratch: usize, n: i32, factor: f32): usize {
  const clip = number(extras, NUMBER_CLIP);
  const factors = f32x4.splat(factor);
  let to = scratch;
  const high = f32x4.splat(clip);
  const low = f32x4.splat(-clip);
  for (; n >= 8; n -= 8, g += 32, to += 32) {
    v128.store(to, clipped(f32x4.mul(v128.load(g), factors), low, high));
    v128.store(to, clipped(f32x4.mul(v128.load(g, 16), factors), low, high), 16);
  }
  for (; n > 0; n--, g += 4, to += 4) {
    v128.store_lane<f32>(to, clipped(f32x4.mul(v128.load_splat<f32>(g), factors), low, high), 0);
  }
  return scratch;
}

// @ts-ignore: decorator
@inline
/** x within the bounds; NaN stays NaN, as pmin and pmax give their first operand where the comparison fails. */
function clipped(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, low), high);
}

/** Before the update of `n` elements at w: slow weights start, weights decay. */
export function before(extras: usize, segment: i32, w: usize, at: i32, n: i32): void {
  const slow = place(extras, segment, 1, at);
  if (slow != 0 && number(extras, NUMBER_SLOW_START) != 0) memory.copy(slow, w, (<usize>n) << 2);
  const decay = number(extras, NUMBER_DECAY);
  if (word(extras, HEADER + segment * ROW + 3) == 0 || decay == 0) return;
  const share = f32x4.splat(decay);
  for (; n >= 4; n -= 4, w += 16) {
    const x = v128.load(w);
    v128.store(w, nmadd(share, x, x));
  }
  for (; n > 0; n--, w += 4) {
    const x = v128.load_splat<f32>(w);
    v128.store_lane<f32>(w, nmadd(share, x, x), 0);
  }
}

/** After the update: an accumulated gradient starts over. */
export function clear(extras: usize, segment: i32, at: i32, n: i32): void {
  const sum = place(extras, segment, 2, at);
  if (sum != 0) memory.fill(sum, 0, (<usize>n) << 2);
}

/** After the update of `n` elements at w: weights meet their slow copies, averages take them in. */
export function after(extras: usize, segment: i32, w: usize, at: i32, n: i32): void {
  const share = number(extras, NUMBER_SLOW_SHARE);
  const slow = place(extras, segment, 1, at);
  if (slow != 0 && share != 0) synchronize(slow, w, n, f32x4.splat(share));
  const average = place(extras, segment, 0, at);
  if (average == 0) return;
  takeIn(average, w, n, f32x4.splat(number(extras, NUMBER_KEEP)), f32x4.splat(number(extras, NUMBER_TAKE)));
  if (number(extras, NUMBER_OVERWRITE) != 0) memory.copy(w, average, (<usize>n) << 2);
}

/** φ += (w − φ)·α; w ← φ. */
function synchronize(slow: usize, w: usize, n: i32, share: v128): void {
  for (; n >= 4; n -= 4, slow += 16, w += 16) {
    const old = v128.load(slow);
    const y = madd(f32x4.sub(v128.load(w), old), share, old);
    v128.store(slow, y);
    v128.store(w, y);
  }
  for (; n > 0; n--, slow += 4, w += 4) {
    const old = v128.load_splat<f32>(slow);
    const y = madd(f32x4.sub(v128.load_splat<f32>(w), old), share, old);
    v128.store_lane<f32>(slow, y, 0);
    v128.store_lane<f32>(w, y, 0);
  }
}

/** a ← a·keep + w·take. */
function takeIn(average: usize, w: usize, n: i32, keep: v128, take: v128): void {
  for (; n >= 8; n -= 8, average += 32, w += 32) {
    v128.store(average, madd(v128.load(average), keep, f32x4.mul(v128.load(w), take)));
    v128.store(average, madd(v128.load(average, 16), keep, f32x4.mul(v128.load(w, 16), take)), 16);
  }
  for (; n > 0; n--, average += 4, w += 4) {
    const y = madd(v128.load_splat<f32>(average), keep, f32x4.mul(v128.load_splat<f32>(w), take));
    v128.store_lane<f32>(average, y, 0);
  }
}

/**
 * @file Images [batch, height, width, channels] seen through an affine map: output pixel (x, y) is what the image holds at
 * (a·x + b·y + c, d·x + e·y + f), where a…f is the image's row of `matrices`. Coordinates are computed in float64, so that they are
 * as exact as the matrices; four neighbours are mixed bilinearly, or the nearest is taken.
 */
import { loadChannels, storeChannels } from '../../lib/conv-windows';
import { CONSTANT, NEAREST, nearestTo, pixelAt, REFLECT, settle, WRAP } from '../../lib/image-taps';
import { rangeStart } from '../../lib/parallel';
import { madd } from '../../lib/simd';

export const FILL_REFLECT: i32 = REFLECT;
export const FILL_WRAP: i32 = WRAP;
export const FILL_NEAREST: i32 = NEAREST;
export const FILL_CONSTANT: i32 = CONSTANT;

// @ts-ignore: decorator
@inline
/** One of the six numbers of a matrix. */
function entry(matrix: usize, index: i32): f64 {
  return <f64>load<f32>(matrix + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
/** a + (b − a)·t. */
function mix(a: v128, b: v128, t: v128): v128 {
  return madd(f32x4.sub(b, a), t, a);
}

// @ts-ignore: decorator
@inline
/** Four channels (or one) of a pixel; the fill value where there is none. */
function channelsAt(p: usize, offset: usize, outside: v128, four: bool): v128 {
  return p ? loadChannels(p + offset, four) : outside;
}

// @ts-ignore: decorator
@inline
/** Address of a pixel, 0 if there is none. */
function address(image: usize, row: i32, col: i32, width: i32, bytes: usize): usize {
  return row < 0 || col < 0 ? 0 : image + (<usize>row * <usize>width + <usize>col) * bytes;
}

/** y: output pixels, split by their rows. */
export function affineSample(
  x: usize, matrices: usize, y: usize, batch: i32, height: i32, width: i32, outHeight: i32, outWidth: i32, channels: i32,
  fill: i32, isBilinear: i32, fillValue: f32, part: i32, parts: i32,
): void {
  assert(height > 0 && width > 0 && fill >= REFLECT && fill <= CONSTANT);
  const rows = batch * outHeight;
  const start = rangeStart(rows, part, parts, 1), end = rangeStart(rows, part + 1, parts, 1);
  const bytes = <usize>channels << 2, whole = bytes & ~15;
  const outside = f32x4.splat(fillValue);
  y += <usize>start * <usize>outWidth * bytes;
  for (let r = start; r < end; ++r) {
    const b = r / outHeight, oy = <f64>(r - b * outHeight);
    const image = x + <usize>b * <usize>height * <usize>width * bytes;
    const matrix = matrices + <usize>b * 24;
    const stepX = entry(matrix, 0), baseX = entry(matrix, 1) * oy + entry(matrix, 2);
    const stepY = entry(matrix, 3), baseY = entry(matrix, 4) * oy + entry(matrix, 5);
    for (let i = 0; i < outWidth; ++i) {
      let cx = stepX * <f64>i + baseX, cy = stepY * <f64>i + baseY;
      if (!isBilinear) {
        cx = nearestTo(cx);
        cy = nearestTo(cy);
      }
      cx = settle(cx, width, fill);
      cy = settle(cy, height, fill);
      const floorX = floor(cx), floorY = floor(cy);
      const tx = <f32>(cx - floorX), ty = <f32>(cy - floorY);
      const left = pixelAt(<i32>floorX, width, fill), top = pixelAt(<i32>floorY, height, fill);
      const p00 = address(image, top, left, width, bytes);
      let o: usize = 0;
      if (tx == 0 && ty == 0) {
        for (; o != whole; o += 16) v128.store(y + o, channelsAt(p00, o, outside, true));
        for (; o != bytes; o += 4) storeChannels(y + o, channelsAt(p00, o, outside, false), false);
      } else {
        // A neighbour without weight is not looked at: it may hold anything.
        const right = tx == 0 ? left : pixelAt(<i32>floorX + 1, width, fill);
        const bottom = ty == 0 ? top : pixelAt(<i32>floorY + 1, height, fill);
        const p01 = address(image, top, right, width, bytes), p10 = address(image, bottom, left, width, bytes);
        const p11 = address(image, bottom, right, width, bytes);
        const vx = f32x4.splat(tx), vy = f32x4.splat(ty);
        for (; o != whole; o += 16) {
          const upper = mix(channelsAt(p00, o, outside, true), channelsAt(p01, o, outside, true), vx);
          const lower = mix(channelsAt(p10, o, outside, true), channelsAt(p11, o, outside, true), vx);
          v128.store(y + o, mix(upper, lower, vy));
        }
        for (; o != bytes; o += 4) {
          const upper = mix(channelsAt(p00, o, outside, false), channelsAt(p01, o, outside, false), vx);
          const lower = mix(channelsAt(p10, o, outside, false), channelsAt(p11, o, outside, false), vx);
          storeChannels(y + o, mix(upper, lower, vy), false);
        }
      }
      y += bytes;
    }
  }
}

/** dx of a pixel gets weight·dy, if the pixel exists and its row is one of this thread's. */
function give(image: usize, row: i32, col: i32, first: i32, end: i32, width: i32, bytes: usize, dy: usize, weight: f32): void {
  if (row < first || row >= end || col < 0 || weight == 0) return;
  const p = image + (<usize>row * <usize>width + <usize>col) * bytes;
  const w = f32x4.splat(weight), whole = bytes & ~15;
  let o: usize = 0;
  for (; o != whole; o += 16) v128.store(p + o, madd(v128.load(dy + o), w, v128.load(p + o)));
  for (; o != bytes; o += 4) storeChannels(p + o, madd(loadChannels(dy + o, false), w, loadChannels(p + o, false)), false);
}

/**
 * dx: what each output pixel gives back to the pixels it was mixed of. Split by rows of dx: a thread walks over all outputs of an
 * image it has rows of, in one order, and keeps to its rows, so that sums do not depend on the number of threads.
 */
export function affineSampleGrad(
  dy: usize, matrices: usize, dx: usize, batch: i32, height: i32, width: i32, outHeight: i32, outWidth: i32, channels: i32,
  fill: i32, isBilinear: i32, part: i32, parts: i32,
): void {
  assert(height > 0 && width > 0 && fill >= REFLECT && fill <= CONSTANT);
  const rows = batch * height;
  const start = rangeStart(rows, part, parts, 1), end = rangeStart(rows, part + 1, parts, 1);
  if (start == end) return;
  const bytes = <usize>channels << 2;
  const rowBytes = <usize>width * bytes, outBytes = <usize>outHeight * <usize>outWidth * bytes;
  memory.fill(dx + <usize>start * rowBytes, 0, <usize>(end - start) * rowBytes);
  const lastImage = (end - 1) / height;
  for (let b = start / height; b <= lastImage; ++b) {
    const first = max(start - b * height, 0), last = min(end - b * height, height);
    const image = dx + <usize>b * <usize>height * rowBytes;
    const matrix = matrices + <usize>b * 24;
    const a = entry(matrix, 0), d = entry(matrix, 3);
    let from = dy + <usize>b * outBytes;
    for (let j = 0; j < outHeight; ++j) {
      const baseX = entry(matrix, 1) * <f64>j + entry(matrix, 2), baseY = entry(matrix, 4) * <f64>j + entry(matrix, 5);
      for (let i = 0; i < outWidth; ++i) {
        let cx = a * <f64>i + baseX, cy = d * <f64>i + baseY;
        if (!isBilinear) {
          cx = nearestTo(cx);
          cy = nearestTo(cy);
        }
        cx = settle(cx, width, fill);
        cy = settle(cy, height, fill);
        const floorX = floor(cx), floorY = floor(cy);
        const tx = <f32>(cx - floorX), ty = <f32>(cy - floorY);
        const left = pixelAt(<i32>floorX, width, fill), right = pixelAt(<i32>floorX + 1, width, fill);
        const top = pixelAt(<i32>floorY, height, fill), bottom = pixelAt(<i32>floorY + 1, height, fill);
        give(image, top, left, first, last, width, bytes, from, (1 - ty) * (1 - tx));
        give(image, top, right, first, last, width, bytes, from, (1 - ty) * tx);
        give(image, bottom, left, first, last, width, bytes, from, ty * (1 - tx));
        give(image, bottom, right, first, last, width, bytes, from, ty * tx);
        from += bytes;
      }
    }
  }
}

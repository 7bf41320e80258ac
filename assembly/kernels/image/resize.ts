/**
 * @file Images [batch, height, width, channels] brought to another size. Where the pixels of an axis come from lies in a table that
 * TypeScript writes: for each output place two input places and the weight of the second, as float32 bits.
 */
import { loadChannels, storeChannels } from '../../lib/conv-windows';
import { rangeStart } from '../../lib/parallel';
import { madd } from '../../lib/simd';

// @ts-ignore: decorator
@inline
/** First of the two places an output place is mixed of. */
function firstOf(table: usize, index: i32): i32 {
  return load<i32>(table + <usize>index * 12);
}

// @ts-ignore: decorator
@inline
/** Second place. */
function secondOf(table: usize, index: i32): i32 {
  return load<i32>(table + <usize>index * 12, 4);
}

// @ts-ignore: decorator
@inline
/** Weight of the second place. */
function weightOf(table: usize, index: i32): f32 {
  return load<f32>(table + <usize>index * 12, 8);
}

// @ts-ignore: decorator
@inline
/** Four channels (or one) of a pixel mixed of a column left and one right in an upper and a lower row. */
function mixed(upper: usize, lower: usize, left: usize, right: usize, tx: v128, ty: v128, four: bool): v128 {
  const a = loadChannels(upper + left, four), c = loadChannels(lower + left, four);
  const above = madd(f32x4.sub(loadChannels(upper + right, four), a), tx, a);
  const below = madd(f32x4.sub(loadChannels(lower + right, four), c), tx, c);
  return madd(f32x4.sub(below, above), ty, above);
}

/** y: output pixels, split by their rows. `rowTable` has outHeight entries, `colTable` outWidth. */
export function resize(
  x: usize, y: usize, rowTable: usize, colTable: usize, batch: i32, height: i32, width: i32, outHeight: i32, outWidth: i32,
  channels: i32, part: i32, parts: i32,
): void {
  const rows = batch * outHeight;
  const start = rangeStart(rows, part, parts, 1), end = rangeStart(rows, part + 1, parts, 1);
  const bytes = <usize>channels << 2, whole = bytes & ~15, rowBytes = <usize>width * bytes;
  y += <usize>start * <usize>outWidth * bytes;
  for (let r = start; r < end; ++r) {
    const b = r / outHeight, j = r - b * outHeight;
    const image = x + <usize>b * <usize>height * rowBytes;
    const upper = image + <usize>firstOf(rowTable, j) * rowBytes, lower = image + <usize>secondOf(rowTable, j) * rowBytes;
    const ty = f32x4.splat(weightOf(rowTable, j));
    for (let i = 0; i < outWidth; ++i) {
      let left = <usize>firstOf(colTable, i) * bytes, right = <usize>secondOf(colTable, i) * bytes, o: usize = 0;
      const tx = f32x4.splat(weightOf(colTable, i));
      for (; o != whole; o += 16) {
        v128.store(y + o, mixed(upper, lower, left, right, tx, ty, true));
        left += 16;
        right += 16;
      }
      for (; o != bytes; o += 4) {
        storeChannels(y + o, mixed(upper, lower, left, right, tx, ty, false), false);
        left += 4;
        right += 4;
      }
      y += bytes;
    }
  }
}

// @ts-ignore: decorator
@inline
/** dx += weight·dy for the channels of a pixel. */
function give(dx: usize, dy: usize, bytes: usize, weight: f32): void {
  if (weight == 0) return;
  const w = f32x4.splat(weight), whole = bytes & ~15;
  let o: usize = 0;
  for (; o != whole; o += 16) v128.store(dx + o, madd(v128.load(dy + o), w, v128.load(dx + o)));
  for (; o != bytes; o += 4) storeChannels(dx + o, madd(loadChannels(dy + o, false), w, loadChannels(dx + o, false)), false);
}

/** dx: what each output gives back to the places it was mixed of. Split by rows of dx, each of which looks for its outputs in order. */
export function resizeGrad(
  dy: usize, dx: usize, rowTable: usize, colTable: usize, batch: i32, height: i32, width: i32, outHeight: i32, outWidth: i32,
  channels: i32, part: i32, parts: i32,
): void {
  const rows = batch * height;
  const start = rangeStart(rows, part, parts, 1), end = rangeStart(rows, part + 1, parts, 1);
  const bytes = <usize>channels << 2, rowBytes = <usize>width * bytes, outRowBytes = <usize>outWidth * bytes;
  for (let r = start; r < end; ++r) {
    const b = r / height, row = r - b * height;
    const to = dx + <usize>r * rowBytes;
    memory.fill(to, 0, rowBytes);
    for (let j = 0; j < outHeight; ++j) {
      const ty = weightOf(rowTable, j);
      let weight: f32 = firstOf(rowTable, j) == row ? 1 - ty : 0;
      if (secondOf(rowTable, j) == row) weight += ty;
      if (weight == 0) continue;
      let from = dy + <usize>(b * outHeight + j) * outRowBytes;
      for (let i = 0; i < outWidth; ++i) {
        const tx = weightOf(colTable, i);
        give(to + <usize>firstOf(colTable, i) * bytes, from, bytes, weight * (1 - tx));
        give(to + <usize>secondOf(colTable, i) * bytes, from, bytes, weight * tx);
        from += bytes;
      }
    }
  }
}

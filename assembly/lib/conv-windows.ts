/**
 * @file Walks over windows, channels last and channel by channel: what pooling and depthwise convolution are made of.
 *
 *   foldWindows    for each output pixel: every tap of its window goes into one result
 *   spreadWindows  for each input pixel: every output whose window holds it gives a part (the gradient of the former)
 *
 * What happens to an element is an `Op`, a class with inline methods:
 *   f(sum, value, other, tap)  the new sum; `value` is x at the tap (dy of the output when spreading)
 *   other(): i32               where `other` comes from: NOTHING, BY_OUTPUT (as large as y) or BY_TAP ([taps, channels])
 *   divides(): bool            whether results (dy when spreading) are divided by the number of taps inside the input
 */
import { endOutput, endTap, firstOutput, firstTap, Geometry } from './conv-geometry';
import { rangeStart } from './parallel';

export const NOTHING: i32 = 0;
export const BY_OUTPUT: i32 = 1;
export const BY_TAP: i32 = 2;

// @ts-ignore: decorator
@inline
/** Four channels, or one. */
export function loadChannels(p: usize, four: bool): v128 {
  return four ? v128.load(p) : v128.load32_zero(p);
}

// @ts-ignore: decorator
@inline
/** Writes four channels, or one. */
export function storeChannels(p: usize, v: v128, four: bool): void {
  if (four) v128.store(p, v);
  else v128.store32_lane(p, v, 0);
}

/** The result of one window for four channels or one: taps d0…d1, h0…h1, w0…w1, the first of them at `x`. */
function foldWindow<Op>(
  g: Geometry, x: usize, other: usize, d0: i32, d1: i32, h0: i32, h1: i32, w0: i32, w1: i32, four: bool,
): v128 {
  const op = changetype<Op>(0);
  const bytes = <usize>g.inChannels << 2;
  const stepW = bytes * g.dilationWidth, stepH = bytes * g.inWidth * g.dilationHeight;
  const stepD = bytes * g.inWidth * g.inHeight * g.dilationDepth;
  let sum = f32x4.splat(0);
  const own = op.other() == BY_OUTPUT ? loadChannels(other, four) : sum;
  for (let d = d0; d < d1; ++d) {
    let row = x;
    for (let h = h0; h < h1; ++h) {
      let tap = (d * g.kernelHeight + h) * g.kernelWidth + w0, p = row;
      for (const end = tap + w1 - w0; tap < end; ++tap) {
        const second = op.other() == BY_TAP ? loadChannels(other + <usize>tap * bytes, four) : own;
        sum = op.f(sum, loadChannels(p, four), second, tap);
        p += stepW;
      }
      row += stepH;
    }
    x += stepD;
  }
  return op.divides() ? f32x4.div(sum, f32x4.splat(<f32>((d1 - d0) * (h1 - h0) * (w1 - w0)))) : sum;
}

/** y of each output pixel from first to end. */
export function foldWindows<Op>(g: Geometry, x: usize, other: usize, y: usize, first: i32, end: i32): void {
  const op = changetype<Op>(0);
  const bytes = <usize>g.inChannels << 2, whole = bytes & ~15;
  let w = first % g.outWidth, rest = first / g.outWidth;
  let h = rest % g.outHeight; rest /= g.outHeight;
  let d = rest % g.outDepth, image = rest / g.outDepth;
  y += <usize>first * bytes;
  if (op.other() == BY_OUTPUT) other += <usize>first * bytes;
  for (let p = first; p < end; ++p) {
    const inD = d * g.strideDepth - g.beforeDepth, inH = h * g.strideHeight - g.beforeHeight;
    const inW = w * g.strideWidth - g.beforeWidth;
    const d0 = firstTap(inD, g.dilationDepth), d1 = endTap(inD, g.dilationDepth, g.kernelDepth, g.inDepth);
    const h0 = firstTap(inH, g.dilationHeight), h1 = endTap(inH, g.dilationHeight, g.kernelHeight, g.inHeight);
    const w0 = firstTap(inW, g.dilationWidth), w1 = endTap(inW, g.dilationWidth, g.kernelWidth, g.inWidth);
    const from = g.inRow(x, image, inD + d0 * g.dilationDepth, inH + h0 * g.dilationHeight)
      + <usize>(inW + w0 * g.dilationWidth) * bytes;
    let o: usize = 0;
    for (; o != whole; o += 16) v128.store(y + o, foldWindow<Op>(g, from + o, other + o, d0, d1, h0, h1, w0, w1, true));
    for (; o != bytes; o += 4) {
      v128.store32_lane(y + o, foldWindow<Op>(g, from + o, other + o, d0, d1, h0, h1, w0, w1, false), 0);
    }
    y += bytes;
    if (op.other() == BY_OUTPUT) other += bytes;
    if (++w == g.outWidth) {
      w = 0;
      if (++h == g.outHeight) {
        h = 0;
        if (++d == g.outDepth) { d = 0; ++image; }
      }
    }
  }
}

/** Adds to row `dx` what output row `dy` gives it through taps tap…tap + kernelWidth. */
function spreadRow<Op>(g: Geometry, dx: usize, dy: usize, other: usize, tap: i32, rowTaps: i32): void {
  const op = changetype<Op>(0);
  const bytes = <usize>g.inChannels << 2, whole = bytes & ~15;
  for (let w = 0; w < g.outWidth; ++w) {
    const at = w * g.strideWidth - g.beforeWidth;
    const w0 = firstTap(at, g.dilationWidth), w1 = endTap(at, g.dilationWidth, g.kernelWidth, g.inWidth);
    const divisor = f32x4.splat(op.divides() ? <f32>(rowTaps * (w1 - w0)) : 1);
    for (let kw = w0; kw < w1; ++kw) {
      const to = dx + <usize>(at + kw * g.dilationWidth) * bytes;
      const second = op.other() == BY_TAP ? other + <usize>(tap + kw) * bytes : other;
      let o: usize = 0;
      for (; o != whole; o += 16) {
        let value = v128.load(dy + o);
        if (op.divides()) value = f32x4.div(value, divisor);
        const b = op.other() == NOTHING ? value : v128.load(second + o);
        v128.store(to + o, op.f(v128.load(to + o), value, b, tap + kw));
      }
      for (; o != bytes; o += 4) {
        let value = v128.load32_zero(dy + o);
        if (op.divides()) value = f32x4.div(value, divisor);
        const b = op.other() == NOTHING ? value : v128.load32_zero(second + o);
        v128.store32_lane(to + o, op.f(v128.load32_zero(to + o), value, b, tap + kw), 0);
      }
    }
    dy += bytes;
    if (op.other() == BY_OUTPUT) other += bytes;
  }
}

/** dx, split by its rows. */
export function spreadWindows<Op>(g: Geometry, dy: usize, other: usize, dx: usize, part: i32, parts: i32): void {
  const op = changetype<Op>(0);
  const rows = g.batch * g.inDepth * g.inHeight, bytes = <usize>(g.inWidth * g.inChannels) << 2;
  const end = rangeStart(rows, part + 1, parts, 1);
  for (let row = rangeStart(rows, part, parts, 1); row < end; ++row) {
    const inH = row % g.inHeight, slab = row / g.inHeight, inD = slab % g.inDepth, image = slab / g.inDepth;
    const to = dx + <usize>row * bytes;
    memory.fill(to, 0, bytes);
    const dEnd = endOutput(inD, g.beforeDepth, g.strideDepth, g.outDepth);
    const hEnd = endOutput(inH, g.beforeHeight, g.strideHeight, g.outHeight);
    for (let d = firstOutput(inD, g.beforeDepth, (g.kernelDepth - 1) * g.dilationDepth, g.strideDepth); d < dEnd; ++d) {
      const atD = d * g.strideDepth - g.beforeDepth, kd = (inD - atD) / g.dilationDepth;
      if (kd * g.dilationDepth != inD - atD) continue;
      for (let h = firstOutput(inH, g.beforeHeight, (g.kernelHeight - 1) * g.dilationHeight, g.strideHeight); h < hEnd; ++h) {
        const atH = h * g.strideHeight - g.beforeHeight, kh = (inH - atH) / g.dilationHeight;
        if (kh * g.dilationHeight != inH - atH) continue;
        let rowTaps = 0;
        if (op.divides()) {
          rowTaps = (endTap(atD, g.dilationDepth, g.kernelDepth, g.inDepth) - firstTap(atD, g.dilationDepth))
            * (endTap(atH, g.dilationHeight, g.kernelHeight, g.inHeight) - firstTap(atH, g.dilationHeight));
        }
        const tap = (kd * g.kernelHeight + kh) * g.kernelWidth;
        const second = op.other() == BY_OUTPUT ? g.outRow(other, image, d, h) : other;
        spreadRow<Op>(g, to, g.outRow(dy, image, d, h), second, tap, rowTaps);
      }
    }
  }
}

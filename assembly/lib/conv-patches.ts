/**
 * @file Patches: what each output pixel of a convolution sees, laid out as a matrix so that a matrix product does the rest. Only
 * a block of pixels at a time is laid out, in a thread's own scratch memory, so nothing as large as all patches ever exists.
 *
 *   rows     [pixels][taps · channels]   the way it is usually done: runs of channels are copied
 *   columns  [taps][pixels]              for one input channel, where a tap's values of neighbouring pixels are neighbours
 */
import { Geometry } from './conv-geometry';

// @ts-ignore: decorator
@inline
function copyRun(from: usize, to: usize, bytes: usize): void {
  const end = to + bytes, whole = to + (bytes & ~15);
  while (to != whole) { v128.store(to, v128.load(from)); to += 16; from += 16; }
  while (to != end) { store<f32>(to, load<f32>(from)); to += 4; from += 4; }
}

// @ts-ignore: decorator
@inline
function zeroRun(to: usize, bytes: usize): void {
  const end = to + bytes, whole = to + (bytes & ~15);
  while (to != whole) { v128.store(to, f32x4.splat(0)); to += 16; }
  while (to != end) { store<f32>(to, 0); to += 4; }
}

// @ts-ignore: decorator
@inline
function addRun(from: usize, to: usize, bytes: usize): void {
  const end = to + bytes, whole = to + (bytes & ~15);
  while (to != whole) { v128.store(to, f32x4.add(v128.load(to), v128.load(from))); to += 16; from += 16; }
  while (to != end) { store<f32>(to, load<f32>(to) + load<f32>(from)); to += 4; from += 4; }
}

/** Lays out columns low…high of the patches of `count` pixels from `first`, for the group of channels that begins at `channel`. */
export function patchRows(
  g: Geometry, x: usize, to: usize, first: i32, count: i32, channel: i32, low: i32, high: i32,
): void {
  const channels = g.channels, run = g.kernelWidth * channels;
  const merges = g.dilationWidth == 1 && channels == g.inChannels;
  let w = first % g.outWidth, rest = first / g.outWidth;
  let h = rest % g.outHeight; rest /= g.outHeight;
  let d = rest % g.outDepth, image = rest / g.outDepth;
  for (; count > 0; --count) {
    const atD = d * g.strideDepth - g.beforeDepth, atH = h * g.strideHeight - g.beforeHeight;
    const atW = w * g.strideWidth - g.beforeWidth;
    const whole = merges && atW >= 0 && atW + g.kernelWidth <= g.inWidth;
    let column = 0;
    for (let kd = 0; kd < g.kernelDepth; ++kd) {
      const inD = atD + kd * g.dilationDepth;
      for (let kh = 0; kh < g.kernelHeight; ++kh) {
        const lo = max(low, column), hi = min(high, column + run);
        if (lo < hi) {
          const inH = atH + kh * g.dilationHeight;
          if (<u32>inD >= <u32>g.inDepth || <u32>inH >= <u32>g.inHeight) {
            zeroRun(to, <usize>(hi - lo) << 2);
            to += <usize>(hi - lo) << 2;
          } else {
            const row = g.inRow(x, image, inD, inH) + (<usize>channel << 2);
            if (whole) {
              copyRun(row + (<usize>(atW * g.inChannels + lo - column) << 2), to, <usize>(hi - lo) << 2);
              to += <usize>(hi - lo) << 2;
            } else {
              let tap = column;
              for (let kw = 0; kw < g.kernelWidth; ++kw) {
                const from = max(lo, tap), bytes = <usize>(min(hi, tap + channels) - from) << 2;
                if (<isize>bytes > 0) {
                  const inW = atW + kw * g.dilationWidth;
                  if (<u32>inW >= <u32>g.inWidth) zeroRun(to, bytes);
                  else copyRun(row + (<usize>(inW * g.inChannels + from - tap) << 2), to, bytes);
                  to += bytes;
                }
                tap += channels;
              }
            }
          }
        }
        column += run;
      }
    }
    if (++w == g.outWidth) {
      w = 0;
      if (++h == g.outHeight) {
        h = 0;
        if (++d == g.outDepth) { d = 0; ++image; }
      }
    }
  }
}

/** Lays out taps low…high, each as a row of `count` pixels from `first`, of the one channel `channel`. */
export function patchColumns(
  g: Geometry, x: usize, to: usize, first: i32, count: i32, channel: i32, low: i32, high: i32,
): void {
  const step = <usize>(g.strideWidth * g.inChannels) << 2;
  for (let tap = low; tap < high; ++tap) {
    const kw = tap % g.kernelWidth, kh = (tap / g.kernelWidth) % g.kernelHeight, kd = tap / (g.kernelWidth * g.kernelHeight);
    let w = first % g.outWidth, rest = first / g.outWidth;
    let h = rest % g.outHeight; rest /= g.outHeight;
    let d = rest % g.outDepth, image = rest / g.outDepth;
    for (let left = count; left > 0; ) {
      const run = min(g.outWidth - w, left);
      left -= run;
      const inD = d * g.strideDepth - g.beforeDepth + kd * g.dilationDepth;
      const inH = h * g.strideHeight - g.beforeHeight + kh * g.dilationHeight;
      if (<u32>inD >= <u32>g.inDepth || <u32>inH >= <u32>g.inHeight) {
        zeroRun(to, <usize>run << 2);
        to += <usize>run << 2;
      } else {
        let inW = w * g.strideWidth - g.beforeWidth + kw * g.dilationWidth, todo = run;
        for (; todo > 0 && inW < 0; --todo) { store<f32>(to, 0); to += 4; inW += g.strideWidth; }
        const inside = inW < g.inWidth ? min(todo, (g.inWidth - 1 - inW) / g.strideWidth + 1) : 0;
        let from = g.inRow(x, image, inD, inH) + (<usize>(inW * g.inChannels + channel) << 2);
        if (step == 4) {
          copyRun(from, to, <usize>inside << 2);
          to += <usize>inside << 2;
        } else {
          for (let i = inside; i > 0; --i) { store<f32>(to, load<f32>(from)); to += 4; from += step; }
        }
        zeroRun(to, <usize>(todo - inside) << 2);
        to += <usize>(todo - inside) << 2;
      }
      w = 0;
      if (++h == g.outHeight) {
        h = 0;
        if (++d == g.outDepth) { d = 0; ++image; }
      }
    }
  }
}

/**
 * Adds patches (in rows) of `count` pixels from `first` to the input elements they came from: input rows h with top ≤ h < bottom
 * only, in the group of channels that begins at `channel`.
 */
export function addPatches(
  g: Geometry, patches: usize, x: usize, first: i32, count: i32, channel: i32, top: i32, bottom: i32,
): void {
  const channels = g.channels, run = g.kernelWidth * channels, runBytes = <usize>run << 2;
  const merges = g.dilationWidth == 1 && channels == g.inChannels;
  let w = first % g.outWidth, rest = first / g.outWidth;
  let h = rest % g.outHeight; rest /= g.outHeight;
  let d = rest % g.outDepth, image = rest / g.outDepth;
  for (; count > 0; --count) {
    const atD = d * g.strideDepth - g.beforeDepth, atH = h * g.strideHeight - g.beforeHeight;
    const atW = w * g.strideWidth - g.beforeWidth;
    const whole = merges && atW >= 0 && atW + g.kernelWidth <= g.inWidth;
    for (let kd = 0; kd < g.kernelDepth; ++kd) {
      const inD = atD + kd * g.dilationDepth;
      for (let kh = 0; kh < g.kernelHeight; ++kh) {
        const inH = atH + kh * g.dilationHeight;
        if (<u32>inD < <u32>g.inDepth && inH >= top && inH < bottom) {
          const row = g.inRow(x, image, inD, inH) + (<usize>channel << 2);
          if (whole) addRun(patches, row + (<usize>(atW * g.inChannels) << 2), runBytes);
          else {
            for (let kw = 0; kw < g.kernelWidth; ++kw) {
              const inW = atW + kw * g.dilationWidth;
              if (<u32>inW < <u32>g.inWidth) {
                addRun(patches + (<usize>(kw * channels) << 2), row + (<usize>(inW * g.inChannels) << 2), <usize>channels << 2);
              }
            }
          }
        }
        patches += runBytes;
      }
    }
    if (++w == g.outWidth) {
      w = 0;
      if (++h == g.outHeight) {
        h = 0;
        if (++d == g.outDepth) { d = 0; ++image; }
      }
    }
  }
}

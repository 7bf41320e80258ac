/**
 * @file Max pooling over windows, channels last. Taps outside the input do not count; the first of equal maxima wins, and a NaN
 * wins over everything before it and after it. `indices` (i32) tell the tap that won, which is all that the gradient needs.
 */
import { endTap, firstTap, Geometry } from '../../lib/conv-geometry';
import { BY_OUTPUT, foldWindows, loadChannels, spreadWindows, storeChannels } from '../../lib/conv-windows';
import { rangeStart } from '../../lib/parallel';

/** Adds the values of the tap that won. */
@unmanaged class Chosen {
  @inline f(sum: v128, value: v128, index: v128, tap: i32): v128 {
    return f32x4.add(sum, v128.and(value, i32x4.eq(index, i32x4.splat(tap))));
  }
  @inline other(): i32 { return BY_OUTPUT; }
  @inline divides(): bool { return false; }
}

// @ts-ignore: decorator
@inline
/** One step of {@link windowMax}: whether v beats the best so far. Not "less or equal": larger, or a NaN. A NaN that leads stays. */
function beats(v: v128, best: v128): v128 {
  return v128.andnot(f32x4.eq(best, best), f32x4.le(v, best));
}

// @ts-ignore: decorator
@inline
/** Four channels (or one) of a window whose first tap inside the input is `tap`, at x; taps are counted over the whole window. */
function windowMax(
  g: Geometry, x: usize, y: usize, indices: usize, tap: i32, depth: i32, height: i32, width: i32, four: bool,
): void {
  const bytes = <usize>g.inChannels << 2;
  const stepW = bytes * g.dilationWidth, stepH = bytes * g.inWidth * g.dilationHeight;
  const stepD = bytes * g.inWidth * g.inHeight * g.dilationDepth;
  let best = loadChannels(x, four), index = i32x4.splat(tap);
  for (let d = 0; d < depth; ++d) {
    let row = x, first = tap;
    for (let h = 0; h < height; ++h) {
      let p = row;
      for (let k = first, end = first + width; k < end; ++k) {
        const v = loadChannels(p, four);
        const wins = beats(v, best);
        best = v128.bitselect(v, best, wins);
        index = v128.bitselect(i32x4.splat(k), index, wins);
        p += stepW;
      }
      row += stepH;
      first += g.kernelWidth;
    }
    x += stepD;
    tap += g.kernelWidth * g.kernelHeight;
  }
  storeChannels(y, best, four);
  storeChannels(indices, index, four);
}

/** All channels of a whole window of 2 × 2 touching taps, the usual pooling: the same steps without the loops. */
function squareMax(x: usize, y: usize, indices: usize, bytes: usize, row: usize): void {
  const below = x + row;
  for (let o: usize = 0; o != bytes; o += 16) {
    let best = v128.load(x + o), v = v128.load(x + bytes + o);
    let wins = beats(v, best);
    best = v128.bitselect(v, best, wins);
    let index = v128.and(i32x4.splat(1), wins);
    v = v128.load(below + o);
    wins = beats(v, best);
    best = v128.bitselect(v, best, wins);
    index = v128.bitselect(i32x4.splat(2), index, wins);
    v = v128.load(below + bytes + o);
    wins = beats(v, best);
    v128.store(y + o, v128.bitselect(v, best, wins));
    v128.store(indices + o, v128.bitselect(i32x4.splat(3), index, wins));
  }
}

/** y = max of each window, indices = the tap that holds it. Split by output pixels. */
export function maxPool(x: usize, y: usize, indices: usize, geometry: usize, part: i32, parts: i32): void {
  const g = changetype<Geometry>(geometry);
  const start = rangeStart(g.pixels, part, parts, 1), end = rangeStart(g.pixels, part + 1, parts, 1);
  const bytes = <usize>g.inChannels << 2, whole = bytes & ~15;
  const isSquare = whole == bytes && g.kernelDepth == 1 && g.kernelHeight == 2 && g.kernelWidth == 2
    && g.dilationHeight == 1 && g.dilationWidth == 1;
  let w = start % g.outWidth, rest = start / g.outWidth;
  let h = rest % g.outHeight; rest /= g.outHeight;
  let d = rest % g.outDepth, image = rest / g.outDepth;
  y += <usize>start * bytes;
  indices += <usize>start * bytes;
  for (let p = start; p < end; ++p) {
    const inD = d * g.strideDepth - g.beforeDepth, inH = h * g.strideHeight - g.beforeHeight;
    const inW = w * g.strideWidth - g.beforeWidth;
    const d0 = firstTap(inD, g.dilationDepth), depth = endTap(inD, g.dilationDepth, g.kernelDepth, g.inDepth) - d0;
    const h0 = firstTap(inH, g.dilationHeight), height = endTap(inH, g.dilationHeight, g.kernelHeight, g.inHeight) - h0;
    const w0 = firstTap(inW, g.dilationWidth), width = endTap(inW, g.dilationWidth, g.kernelWidth, g.inWidth) - w0;
    const tap = (d0 * g.kernelHeight + h0) * g.kernelWidth + w0;
    const from = g.inRow(x, image, inD + d0 * g.dilationDepth, inH + h0 * g.dilationHeight)
      + <usize>(inW + w0 * g.dilationWidth) * bytes;
    let o: usize = 0;
    if (isSquare && height == 2 && width == 2) {
      squareMax(from, y, indices, bytes, bytes * g.inWidth);
      o = bytes;
    }
    for (; o < whole; o += 16) windowMax(g, from + o, y + o, indices + o, tap, depth, height, width, true);
    for (; o != bytes; o += 4) windowMax(g, from + o, y + o, indices + o, tap, depth, height, width, false);
    y += bytes;
    indices += bytes;
    if (++w == g.outWidth) {
      w = 0;
      if (++h == g.outHeight) {
        h = 0;
        if (++d == g.outDepth) { d = 0; ++image; }
      }
    }
  }
}

/** dx: each output's dy goes to the tap that won. Split by input rows. */
export function maxPoolGrad(indices: usize, dy: usize, dx: usize, geometry: usize, part: i32, parts: i32): void {
  spreadWindows<Chosen>(changetype<Geometry>(geometry), dy, indices, dx, part, parts);
}

/** y = x at the tap that won: the gradient of maxPoolGrad. Split by output pixels. */
export function pickFromWindows(indices: usize, x: usize, y: usize, geometry: usize, part: i32, parts: i32): void {
  const g = changetype<Geometry>(geometry);
  foldWindows<Chosen>(g, x, indices, y, rangeStart(g.pixels, part, parts, 1), rangeStart(g.pixels, part + 1, parts, 1));
}

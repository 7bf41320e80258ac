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
        // Not "less or equal": larger, or a NaN. A NaN that leads stays.
        const wins = v128.andnot(f32x4.eq(best, best), f32x4.le(v, best));
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

/** y = max of each window, indices = the tap that holds it. Split by output pixels. */
export function maxPool(x: usize, y: usize, indices: usize, geometry: usize, part: i32, parts: i32): void {
  const g = changetype<Geometry>(geometry);
  const start = rangeStart(g.pixels, part, parts, 1), end = rangeStart(g.pixels, part + 1, parts, 1);
  const bytes = <usize>g.inChannels << 2, whole = bytes & ~15;
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
    for (; o != whole; o += 16) windowMax(g, from + o, y + o, indices + o, tap, depth, height, width, true);
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

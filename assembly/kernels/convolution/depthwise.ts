/**
 * @file Depthwise convolution: every channel has a kernel of its own, w [taps, channels]. And its gradients. A matrix product has
 * nothing to gain here (its sums are as long as the kernel has taps), so the channels are the vector.
 */
import { endTap, firstTap, Geometry } from '../../lib/conv-geometry';
import { BY_TAP, foldWindows, loadChannels, spreadWindows, storeChannels } from '../../lib/conv-windows';
import { rangeStart } from '../../lib/parallel';
import { madd } from '../../lib/simd';

@unmanaged class Weighted {
  @inline f(sum: v128, value: v128, weight: v128, tap: i32): v128 { return madd(value, weight, sum); }
  @inline other(): i32 { return BY_TAP; }
  @inline divides(): bool { return false; }
}

/** y[p, c] = Σ over taps of x · w. Split by output pixels. */
export function depthwiseForward(x: usize, w: usize, y: usize, geometry: usize, part: i32, parts: i32): void {
  const g = changetype<Geometry>(geometry);
  foldWindows<Weighted>(g, x, w, y, rangeStart(g.pixels, part, parts, 1), rangeStart(g.pixels, part + 1, parts, 1));
}

/** dx[i, c] = Σ over the outputs that see i of dy · w. Split by input rows. */
export function depthwiseGradInput(dy: usize, w: usize, dx: usize, geometry: usize, part: i32, parts: i32): void {
  spreadWindows<Weighted>(changetype<Geometry>(geometry), dy, w, dx, part, parts);
}

// @ts-ignore: decorator
@inline
/** Adds Σ over `count` outputs of x · dy for four channels or one. */
function addProducts(x: usize, step: usize, dy: usize, bytes: usize, count: i32, dw: usize, four: bool): void {
  let sum = f32x4.splat(0);
  for (; count > 0; --count) {
    sum = madd(loadChannels(x, four), loadChannels(dy, four), sum);
    x += step; dy += bytes;
  }
  storeChannels(dw, f32x4.add(loadChannels(dw, four), sum), four);
}

/**
 * Partial sums of dw [pieces, taps, channels], each over `pieceRows` rows of the output, for the caller to add up. Split by pieces.
 */
export function depthwiseGradWeights(
  x: usize, dy: usize, dw: usize, geometry: usize, pieces: i32, pieceRows: i32, part: i32, parts: i32,
): void {
  const g = changetype<Geometry>(geometry);
  const bytes = <usize>g.inChannels << 2, whole = bytes & ~15, step = bytes * g.strideWidth;
  const rows = g.batch * g.outDepth * g.outHeight;
  const end = rangeStart(pieces, part + 1, parts, 1);
  for (let piece = rangeStart(pieces, part, parts, 1); piece < end; ++piece) {
    const to = dw + <usize>(piece * g.taps) * bytes;
    memory.fill(to, 0, bytes * g.taps);
    const last = min(rows, (piece + 1) * pieceRows);
    for (let row = piece * pieceRows; row < last; ++row) {
      const h = row % g.outHeight, slab = row / g.outHeight, d = slab % g.outDepth, image = slab / g.outDepth;
      const atD = d * g.strideDepth - g.beforeDepth, atH = h * g.strideHeight - g.beforeHeight;
      const d1 = endTap(atD, g.dilationDepth, g.kernelDepth, g.inDepth);
      const h1 = endTap(atH, g.dilationHeight, g.kernelHeight, g.inHeight);
      for (let kd = firstTap(atD, g.dilationDepth); kd < d1; ++kd) {
        for (let kh = firstTap(atH, g.dilationHeight); kh < h1; ++kh) {
          for (let kw = 0; kw < g.kernelWidth; ++kw) {
            // Outputs first…last of this row see the input through tap kw.
            const shift = kw * g.dilationWidth - g.beforeWidth;
            const first = shift >= 0 ? 0 : (g.strideWidth - 1 - shift) / g.strideWidth;
            const count = shift >= g.inWidth ? 0 : min(g.outWidth, (g.inWidth - 1 - shift) / g.strideWidth + 1) - first;
            if (count <= 0) continue;
            const from = g.inRow(x, image, atD + kd * g.dilationDepth, atH + kh * g.dilationHeight)
              + <usize>(first * g.strideWidth + shift) * bytes;
            const sums = to + <usize>((kd * g.kernelHeight + kh) * g.kernelWidth + kw) * bytes;
            const other = g.outRow(dy, image, d, h) + <usize>first * bytes;
            let o: usize = 0;
            for (; o != whole; o += 16) addProducts(from + o, step, other + o, bytes, count, sums + o, true);
            for (; o != bytes; o += 4) addProducts(from + o, step, other + o, bytes, count, sums + o, false);
          }
        }
      }
    }
  }
}

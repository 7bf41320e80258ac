/**
 * @file The sizes of a convolution or pooling, as kernels find them in memory: a table of words that TypeScript writes
 * (src/graph/windows.ts, in this order). One-dimensional windows have depth and height 1, two-dimensional ones depth 1.
 *
 * Output (d, h, w) sees input (d·stride − before + tap·dilation) for every tap inside the input.
 */

/** Geometry of windows over x [batch, inDepth, inHeight, inWidth, inChannels]. */
@unmanaged
export class Geometry {
  batch: i32;
  inDepth: i32;
  inHeight: i32;
  inWidth: i32;
  inChannels: i32;
  outDepth: i32;
  outHeight: i32;
  outWidth: i32;
  outChannels: i32;
  kernelDepth: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideDepth: i32;
  strideHeight: i32;
  strideWidth: i32;
  dilationDepth: i32;
  dilationHeight: i32;
  dilationWidth: i32;
  beforeDepth: i32;
  beforeHeight: i32;
  beforeWidth: i32;
  groups: i32;

  @inline get taps(): i32 { return this.kernelDepth * this.kernelHeight * this.kernelWidth; }
  @inline get pixels(): i32 { return this.batch * this.outDepth * this.outHeight * this.outWidth; }
  /** Input channels of one group. */
  @inline get channels(): i32 { return this.inChannels / this.groups; }
  /** Filters of one group. */
  @inline get filters(): i32 { return this.outChannels / this.groups; }
  /** Address of input row (image, d, h). */
  @inline inRow(x: usize, image: i32, d: i32, h: i32): usize {
    return x + (<usize>((image * this.inDepth + d) * this.inHeight + h) * <usize>this.inWidth * <usize>this.inChannels << 2);
  }
  /** Address of output row (image, d, h). */
  @inline outRow(y: usize, image: i32, d: i32, h: i32): usize {
    return y + (<usize>((image * this.outDepth + d) * this.outHeight + h) * <usize>this.outWidth * <usize>this.outChannels << 2);
  }
}

// @ts-ignore: decorator
@inline
/** The first tap inside the input, for a window that starts at `at` (perhaps before 0). */
export function firstTap(at: i32, dilation: i32): i32 {
  return at >= 0 ? 0 : (dilation - 1 - at) / dilation;
}

// @ts-ignore: decorator
@inline
/** One more than the last tap inside an input of `size`. */
export function endTap(at: i32, dilation: i32, taps: i32, size: i32): i32 {
  return at >= size ? 0 : min(taps, (size - 1 - at) / dilation + 1);
}

// @ts-ignore: decorator
@inline
/** The first output whose window (of extent `reach` + 1) may hold input `at`. */
export function firstOutput(at: i32, before: i32, reach: i32, stride: i32): i32 {
  const low = at + before - reach;
  return low <= 0 ? 0 : (low + stride - 1) / stride;
}

// @ts-ignore: decorator
@inline
/** One more than the last output whose window may hold input `at`. */
export function endOutput(at: i32, before: i32, stride: i32, outputs: i32): i32 {
  return min(outputs, (at + before) / stride + 1);
}

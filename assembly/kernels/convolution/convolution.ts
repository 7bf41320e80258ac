/**
 * @file Convolution (as neural networks mean it: the kernel is not turned) and its two gradients, channels last:
 *
 *   convForward      y  = act(patches(x)·W + bias)          W [taps · channels of a group, filters]
 *   convGradInput    dx = act(patchesᵀ(dy·Wᵀ) + bias)       takes Wᵀ [filters, taps · channels]
 *   convGradWeights  dW = patches(x)ᵀ·dy
 *
 * Pixels are taken `block` at a time: their patches go to scratch memory (lib/conv-patches.ts), the matrix product of lib/gemm.ts
 * does the arithmetic. `share` is the scratch of a thread, in floats: block × taps × channels, and what a matrix product needs.
 * Blocks, bands and pieces follow from the shape alone, so the bits of a result do not depend on the number of threads.
 */
import { Geometry, endOutput, firstOutput } from '../../lib/conv-geometry';
import { addPatches, patchColumns, patchRows } from '../../lib/conv-patches';
import { finish } from '../../lib/gemm-epilogue';
import { FORM_NN, FORM_TN, gemm } from '../../lib/gemm';
import { rangeStart } from '../../lib/parallel';

/** y = act(conv(x, w) + bias), split by blocks of output pixels. `bias` may be 0. */
export function convForward(
  x: usize, w: usize, y: usize, bias: usize, scratch: usize, geometry: usize, block: i32, share: i32, activation: i32,
  part: i32, parts: i32,
): void {
  const g = changetype<Geometry>(geometry);
  const k = g.taps * g.channels, filters = g.filters, n = g.outChannels, pixels = g.pixels;
  assert(block > 0 && share >= block * k);
  scratch += <usize>part * (<usize>share << 2);
  const inner = scratch + (<usize>(block * k) << 2);
  const end = rangeStart(pixels, part + 1, parts, block);
  for (let p = rangeStart(pixels, part, parts, block); p < end; p += block) {
    const rows = min(block, end - p);
    for (let group = 0; group < g.groups; ++group) {
      const at = <usize>(group * filters) << 2;
      const to = y + (<usize>p * <usize>n << 2) + at, row = bias ? bias + at : 0;
      if (g.channels == 1) {
        patchColumns(g, x, scratch, p, rows, group, 0, k);
        gemm(FORM_TN, scratch, w + at, to, row, inner, rows, filters, k, rows, n, n, activation, 0, 0, 1);
      } else {
        patchRows(g, x, scratch, p, rows, group * g.channels, 0, k);
        gemm(FORM_NN, scratch, w + at, to, row, inner, rows, filters, k, k, n, n, activation, 0, 0, 1);
      }
    }
  }
}

/**
 * dx from dy and the transposed weights `wt`, bias and activation as a transposed convolution has them. Split by images and bands
 * of `bandRows` input rows; where bands meet, the products of the pixels that reach both are computed for each.
 */
export function convGradInput(
  dy: usize, wt: usize, dx: usize, bias: usize, scratch: usize, geometry: usize, block: i32, share: i32, bandRows: i32,
  activation: i32, part: i32, parts: i32,
): void {
  const g = changetype<Geometry>(geometry);
  const channels = g.channels, k = g.taps * channels, filters = g.filters, n = g.outChannels;
  assert(block > 0 && bandRows > 0 && share >= block * k);
  scratch += <usize>part * (<usize>share << 2);
  const inner = scratch + (<usize>(block * k) << 2);
  const bands = (g.inHeight + bandRows - 1) / bandRows;
  const reach = (g.kernelHeight - 1) * g.dilationHeight;
  const rowBytes = <usize>(g.inWidth * g.inChannels) << 2;
  const end = rangeStart(g.batch * bands, part + 1, parts, 1);
  for (let unit = rangeStart(g.batch * bands, part, parts, 1); unit < end; ++unit) {
    const image = unit / bands, top = (unit % bands) * bandRows, bottom = min(g.inHeight, top + bandRows);
    for (let d = 0; d < g.inDepth; ++d) memory.fill(g.inRow(dx, image, d, top), 0, rowBytes * (bottom - top));
    const firstRow = firstOutput(top, g.beforeHeight, reach, g.strideHeight);
    const endRow = endOutput(bottom - 1, g.beforeHeight, g.strideHeight, g.outHeight);
    for (let d = 0; d < g.outDepth; ++d) {
      const base = (image * g.outDepth + d) * g.outHeight;
      const endPixel = (base + endRow) * g.outWidth;
      for (let p = (base + firstRow) * g.outWidth; p < endPixel; p += block) {
        const rows = min(block, endPixel - p);
        for (let group = 0; group < g.groups; ++group) {
          const from = dy + (<usize>p * <usize>n + <usize>(group * filters) << 2);
          gemm(
            FORM_NN, from, wt + (<usize>(group * filters) * <usize>k << 2), scratch, 0, inner, rows, k, filters, n, k, k, 0, 0, 0, 1,
          );
          addPatches(g, scratch, dx, p, rows, group * channels, top, bottom);
        }
      }
    }
    for (let d = 0; d < g.inDepth; ++d) {
      finish(
        g.inRow(dx, image, d, top), <usize>g.inChannels << 2, (bottom - top) * g.inWidth, g.inChannels, bias, activation,
      );
    }
  }
}

/**
 * dw, summed over all pixels. With one piece the rows of dw are split among threads; with more, `dw` is a list of partial sums,
 * each over `piecePixels` pixels (a multiple of block), which are split, and which the caller adds up.
 */
export function convGradWeights(
  x: usize, dy: usize, dw: usize, scratch: usize, geometry: usize, block: i32, share: i32, pieces: i32, piecePixels: i32,
  part: i32, parts: i32,
): void {
  const g = changetype<Geometry>(geometry);
  const k = g.taps * g.channels, filters = g.filters, n = g.outChannels, pixels = g.pixels;
  assert(block > 0 && share >= block * k && pieces > 0 && piecePixels % block == 0);
  scratch += <usize>part * (<usize>share << 2);
  const inner = scratch + (<usize>(block * k) << 2);
  let low = 0, high = k, first = 0, last = 1;
  if (pieces > 1) {
    first = rangeStart(pieces, part, parts, 1);
    last = rangeStart(pieces, part + 1, parts, 1);
  } else {
    // Products of fewer than four columns sum in an order that depends on their rows: those stay together.
    const grain = filters < 4 ? k : 4;
    low = rangeStart(k, part, parts, grain);
    high = rangeStart(k, part + 1, parts, grain);
  }
  const count = high - low;
  if (count <= 0) return;
  for (let piece = first; piece < last; ++piece) {
    const to = dw + (<usize>(piece * k + low) * <usize>n << 2);
    const start = piece * piecePixels, end = pieces > 1 ? min(pixels, start + piecePixels) : pixels;
    let p = start;
    do {
      const rows = min(block, end - p), more = p > start ? 1 : 0;
      for (let group = 0; group < g.groups; ++group) {
        const at = <usize>(group * filters) << 2;
        const from = dy + (<usize>p * <usize>n << 2) + at;
        if (g.channels == 1) {
          patchColumns(g, x, scratch, p, rows, group, low, high);
          gemm(FORM_NN, scratch, from, to + at, 0, inner, count, filters, rows, rows, n, n, 0, more, 0, 1);
        } else {
          patchRows(g, x, scratch, p, rows, group * g.channels, low, high);
          gemm(FORM_TN, scratch, from, to + at, 0, inner, count, filters, rows, count, n, n, 0, more, 0, 1);
        }
      }
      p += block;
    } while (p < end);
  }
}

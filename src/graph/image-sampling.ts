/**
 * @file What the ops that move pixels around share: where a coordinate falls among the pixels of an axis, and the references made
 * of it.
 */

import { failShape } from '../base/fail.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { FILL_CONSTANT, FILL_NEAREST, FILL_REFLECT, FILL_WRAP } from '../engine/index.ts';
import { requireFloat32 } from './checks.ts';
import type { RefArray } from './define-op.ts';
import type { TensorSpec } from './node.ts';

/**
 * How an image goes on beyond its edges: 'reflect' d c b a | a b c d | d c b a, 'wrap' a b c d | a b c d | a b c d, 'nearest'
 * a a a a | a b c d | d d d d, 'constant' with one value.
 */
export type FillMode = 'reflect' | 'wrap' | 'nearest' | 'constant';

/** The kernels' codes of the fill modes. */
export const fillCodes: Readonly<Record<FillMode, number>> = {
  reflect: FILL_REFLECT,
  wrap: FILL_WRAP,
  nearest: FILL_NEAREST,
  constant: FILL_CONSTANT,
};

/** How the values between pixels are made: of the four neighbours, or of the nearest pixel alone. */
export type Interpolation = 'bilinear' | 'nearest';

/** Spatial sizes of input and output of an op on images. */
export interface ImageSizes {
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Batch size and channels of [batch, height, width, channels]; refuses everything else. */
export function checkImages(
  where: string,
  images: TensorSpec,
  height: number,
  width: number,
): { batch: number; channels: number } {
  requireFloat32(where, images);
  const { shape } = images;
  if (shape.length !== 4 || shape[1] !== height || shape[2] !== width)
    failShape(where, `images of shape [batch, ${height}, ${width}, channels]`, formatShape(shape));
  return { batch: shape[0]!, channels: shape[3]! };
}

/** A pixel of an axis and its weight; −1 stands for the fill value. */
export interface Tap {
  readonly at: number;
  readonly weight: number;
}

/** The pixels that make up coordinate `c` of an axis of `size`. */
export function tapsAt(c: number, size: number, fill: FillMode, interpolation: Interpolation): Tap[] {
  const place = interpolation === 'nearest' ? Math.sign(c) * Math.floor(Math.abs(c) + 0.5) : c;
  const below = Math.floor(place);
  const pixel = (i: number): number => {
    const wrapped = (period: number): number => ((i % period) + period) % period;
    if (fill === 'constant') return i >= 0 && i < size ? i : -1;
    if (fill === 'nearest') return Math.min(Math.max(i, 0), size - 1);
    if (fill === 'wrap') return wrapped(size);
    return wrapped(2 * size) < size ? wrapped(2 * size) : 2 * size - 1 - wrapped(2 * size);
  };
  return [
    { at: pixel(below), weight: 1 - (place - below) },
    { at: pixel(below + 1), weight: place - below },
  ].filter(({ weight }) => weight !== 0);
}

/** Calls `give(output pixel, input pixel or −1, weight)` for every part of every output pixel. */
export function forEachPart(
  batch: number,
  { height, width, outHeight, outWidth }: ImageSizes,
  taps: (image: number, row: number, col: number) => { rows: readonly Tap[]; cols: readonly Tap[] },
  give: (output: number, input: number, weight: number) => void,
): void {
  for (let output = 0; output < batch * outHeight * outWidth; output++) {
    const image = Math.floor(output / (outHeight * outWidth));
    const { rows, cols } = taps(image, Math.floor(output / outWidth) % outHeight, output % outWidth);
    for (const row of rows) {
      for (const col of cols) {
        const input = row.at < 0 || col.at < 0 ? -1 : (image * height + row.at) * width + col.at;
        give(output, input, row.weight * col.weight);
      }
    }
  }
}

/** Σ weight · x of all parts of each output pixel, `fillValue` standing for what lies outside. */
export function gatherParts(
  x: RefArray,
  shape: Shape,
  fillValue: number,
  parts: (give: (output: number, input: number, weight: number) => void) => void,
): RefArray {
  const channels = shape[3]!;
  const data = new Float64Array(sizeOf(shape));
  parts((output, input, weight) => {
    for (let c = 0; c < channels; c++)
      data[output * channels + c]! += weight * (input < 0 ? fillValue : x.data[input * channels + c]!);
  });
  return { shape, data };
}

/** The adjoint of {@link gatherParts}: every output pixel gives `dy` back to its parts. */
export function scatterParts(
  dy: RefArray,
  shape: Shape,
  parts: (give: (output: number, input: number, weight: number) => void) => void,
): RefArray {
  const channels = shape[3]!;
  const data = new Float64Array(sizeOf(shape));
  parts((output, input, weight) => {
    if (input < 0) return;
    for (let c = 0; c < channels; c++) data[input * channels + c]! += weight * dy.data[output * channels + c]!;
  });
  return { shape, data };
}

/** @file An image in work, and how pixels are picked out of it. */

import { describe, fail } from '../base/fail.ts';
import type { FillMode, Interpolation } from '../graph/image-sampling.ts';
import type { RandomStream } from './random-stream.ts';

/** An image in float32, channels last. */
export interface Image {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What is done to an image. May work in place; must draw all that is random from `random`. */
export type ImageStep = (image: Image, random: RandomStream) => Image;

/** How images are sampled where pixels move by fractions. */
export interface MoveOptions {
  /**
   * How images go on beyond their edges: 'reflect' d c b a | a b c d | d c b a, 'wrap' a b c d | a b c d | a b c d, 'nearest'
   * a a a a | a b c d | d d d d, 'constant' with `fillValue`. Default 'reflect'.
   */
  readonly fillMode?: FillMode;
  /** Default 'bilinear'. */
  readonly interpolation?: Interpolation;
  /** What surrounds images when `fillMode` is 'constant'. Default 0. */
  readonly fillValue?: number;
}

/** Checks the options, filling in what is not given. */
export function movesOf(where: string, options: MoveOptions): Required<MoveOptions> {
  const { fillMode = 'reflect', interpolation = 'bilinear', fillValue = 0 } = options;
  if (!['reflect', 'wrap', 'nearest', 'constant'].includes(fillMode))
    fail(where, "`fillMode` to be 'reflect', 'wrap', 'nearest' or 'constant'", describe(fillMode));
  if (interpolation !== 'bilinear' && interpolation !== 'nearest')
    fail(where, "`interpolation` to be 'bilinear' or 'nearest'", describe(interpolation));
  if (!Number.isFinite(fillValue)) fail(where, '`fillValue` to be a number', describe(fillValue));
  return { fillMode, interpolation, fillValue };
}

/** A factor f for a range around 0, from −f to f, or the ends of a range. */
export type Factor = number | readonly [low: number, high: number];

/** The range a factor stands for. */
export function rangeOf(where: string, name: string, factor: Factor, low: number, high: number): readonly [number, number] {
  const isInside = (value: unknown): value is number => typeof value === 'number' && value >= low && value <= high;
  if (isInside(factor)) return [Math.max(low, -Math.abs(factor)), Math.abs(factor)];
  if (Array.isArray(factor) && factor.length === 2 && factor.every(isInside) && factor[0]! <= factor[1]!)
    return [factor[0]!, factor[1]!];
  return fail(where, `\`${name}\` to be a number in [${low}, ${high}] or a pair [low, high] of them`, describe(factor));
}

/** The pixel of an axis of `size` that stands at whole coordinate `i`; −1 for the fill value. */
function pixelAt(i: number, size: number, fill: FillMode): number {
  if (i >= 0 && i < size) return i;
  if (fill === 'constant') return -1;
  if (fill === 'nearest') return i < 0 ? 0 : size - 1;
  if (fill === 'wrap') return ((i % size) + size) % size;
  const place = ((i % (2 * size)) + 2 * size) % (2 * size);
  return place < size ? place : 2 * size - 1 - place;
}

/** The nearest whole number; of two, the one further from 0, as in affineSample. */
function nearest(c: number): number {
  return Math.sign(c) * Math.floor(Math.abs(c) + 0.5);
}

/** Where output pixel (x, y) lies in the input: (a·x + b·y + c, d·x + e·y + f), pixel centres at whole numbers. */
export type AffineMap = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The image seen through an affine map, in the size given. */
export function seenThrough(
  image: Image,
  map: AffineMap,
  options: Required<MoveOptions>,
  height = image.height,
  width = image.width,
): Image {
  const { data, channels } = image;
  const { fillMode, interpolation, fillValue } = options;
  const [a, b, c, d, e, f] = map;
  const result = new Float32Array(height * width * channels);
  const isNearest = interpolation === 'nearest';
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = a * x + b * y + c;
      const v = d * x + e * y + f;
      const col = isNearest ? nearest(u) : Math.floor(u);
      const row = isNearest ? nearest(v) : Math.floor(v);
      const right = isNearest ? 0 : u - col;
      const down = isNearest ? 0 : v - row;
      const left = pixelAt(col, image.width, fillMode);
      const top = pixelAt(row, image.height, fillMode);
      const next = right === 0 ? left : pixelAt(col + 1, image.width, fillMode);
      const below = down === 0 ? top : pixelAt(row + 1, image.height, fillMode);
      const at = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const pixel = (r: number, q: number): number =>
          r < 0 || q < 0 ? fillValue : data[(r * image.width + q) * channels + channel]!;
        const upper = (1 - right) * pixel(top, left) + right * pixel(top, next);
        const lower = (1 - right) * pixel(below, left) + right * pixel(below, next);
        result[at + channel] = (1 - down) * upper + down * lower;
      }
    }
  }
  return { data: result, height, width, channels };
}

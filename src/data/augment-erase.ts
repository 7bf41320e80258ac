/** @file Steps that hide parts of images: cutout (DeVries and Taylor, 2017) and random erasing (Zhong and others, 2017). */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { finite, wholeNumber, within } from '../base/numbers.ts';
import type { Image, ImageStep } from './image.ts';

/** Sets the part of an image that lies in a rectangle; what lies outside of the image is left out. */
function fill(image: Image, top: number, left: number, height: number, width: number, value: number): Image {
  const data = image.data.slice();
  const [first, last] = [Math.max(0, left), Math.min(image.width, left + width)];
  for (let row = Math.max(0, top); row < Math.min(image.height, top + height); row++) {
    if (first < last) data.fill(value, (row * image.width + first) * image.channels, (row * image.width + last) * image.channels);
  }
  return { ...image, data };
}

/** Options of {@link cutout}. */
export interface CutoutOptions {
  /** Side of the square, in pixels. */
  readonly size: number;
  /** What pixels in the square become. Default 0. */
  readonly value?: number;
}

/** Hides a square whose middle is anywhere in the image, so parts of it may lie outside. */
export function cutout(options: CutoutOptions): ImageStep {
  const where = 'augment.cutout';
  checkOptionNames(where, options, { size: true, value: true } satisfies Record<keyof CutoutOptions, true>);
  const size = wholeNumber(where, 'size', options?.size, 1);
  const value = finite(where, 'value', options.value ?? 0);
  return (image, random) => {
    const [row, col] = [random.below(image.height), random.below(image.width)];
    return fill(image, row - Math.floor(size / 2), col - Math.floor(size / 2), size, size, value);
  };
}

/** Options of {@link erase}. */
export interface EraseOptions {
  /** How likely an image loses a part. Default 0.5. */
  readonly probability?: number;
  /** Range of the part's share of the area. Default [0.02, 0.33]. */
  readonly area?: readonly [low: number, high: number];
  /** Range of the part's height divided by its width. Default [0.3, 3.3]. */
  readonly ratio?: readonly [low: number, high: number];
  /** What its pixels become: a number, or 'random' for numbers from `valueRange`. Default 'random'. */
  readonly value?: number | 'random';
  /** Range of random values. Default [0, 255]. */
  readonly valueRange?: readonly [low: number, high: number];
}

function pair(
  where: string,
  name: string,
  value: readonly [number, number],
  low: number,
  high: number,
): readonly [number, number] {
  const isPair = Array.isArray(value) && value.length === 2 && low <= value[0] && value[0] <= value[1] && value[1] <= high;
  return isPair ? value : fail(where, `\`${name}\` to be a pair of numbers in [${low}, ${high}], low <= high`, describe(value));
}

/** Hides a rectangle of random size and place. */
export function erase(options: EraseOptions = {}): ImageStep {
  const where = 'augment.erase';
  checkOptionNames(where, options, {
    probability: true,
    area: true,
    ratio: true,
    value: true,
    valueRange: true,
  } satisfies Record<keyof EraseOptions, true>);
  const probability = within(where, 'probability', options.probability ?? 0.5, 0, 1);
  const area = pair(where, 'area', options.area ?? [0.02, 0.33], 0, 1);
  const ratio = pair(where, 'ratio', options.ratio ?? [0.3, 3.3], 1e-3, 1e3);
  const { value = 'random' } = options;
  if (value !== 'random') finite(where, 'value', value);
  const values = pair(where, 'valueRange', options.valueRange ?? [0, 255], -Number.MAX_VALUE, Number.MAX_VALUE);
  return (image, random) => {
    if (random.uniform() >= probability) return image;
    // A part that does not fit is drawn again, a few times.
    for (let attempt = 0; attempt < 10; attempt++) {
      const pixels = random.between(...area) * image.height * image.width;
      const shape = random.between(...ratio);
      const [height, width] = [Math.round(Math.sqrt(pixels * shape)), Math.round(Math.sqrt(pixels / shape))];
      if (height < 1 || width < 1 || height > image.height || width > image.width) continue;
      const [top, left] = [random.below(image.height - height + 1), random.below(image.width - width + 1)];
      const result = fill(image, top, left, height, width, value === 'random' ? 0 : value);
      if (value !== 'random') return result;
      for (let row = top; row < top + height; row++) {
        const start = (row * image.width + left) * image.channels;
        for (let i = 0; i < width * image.channels; i++) result.data[start + i] = random.between(...values);
      }
      return result;
    }
    return image;
  };
}

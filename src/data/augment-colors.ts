/** @file Steps that change the values of pixels: brightness and contrast. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { type Factor, type ImageStep, rangeOf } from './image.ts';

/** Options of {@link brightness} and {@link contrast}. */
export interface ColorOptions {
  /** How much may change: f stands for −f to f, a pair for its range; in [−1, 1]. */
  readonly factor: Factor;
  /** Lowest and highest value of pixels: results are kept inside. Default [0, 255]. */
  readonly valueRange?: readonly [low: number, high: number];
}

function checked(
  where: string,
  options: ColorOptions,
): { factors: readonly [number, number]; values: readonly [number, number] } {
  checkOptionNames(where, options, { factor: true, valueRange: true } satisfies Record<keyof ColorOptions, true>);
  const factors = rangeOf(where, 'factor', options?.factor, -1, 1);
  const { valueRange = [0, 255] } = options;
  const isRange = Array.isArray(valueRange) && valueRange.length === 2 && valueRange.every((end) => Number.isFinite(end));
  if (!isRange || valueRange[0] >= valueRange[1])
    fail(where, '`valueRange` to be a pair [low, high] of numbers, low < high', describe(valueRange));
  return { factors, values: valueRange };
}

/** Adds a random share of the value range to all pixels of an image. */
export function brightness(options: ColorOptions): ImageStep {
  const { factors, values } = checked('augment.brightness', options);
  const [low, high] = values;
  return (image, random) => {
    const change = random.between(...factors) * (high - low);
    return { ...image, data: image.data.map((value) => Math.min(high, Math.max(low, value + change))) };
  };
}

/** Multiplies the distance of pixels from the mean of their channel by 1 + a random number. */
export function contrast(options: ColorOptions): ImageStep {
  const { factors, values } = checked('augment.contrast', options);
  const [low, high] = values;
  return (image, random) => {
    const factor = 1 + random.between(...factors);
    const { data, channels } = image;
    const means = new Float64Array(channels);
    for (let i = 0; i < data.length; i++) means[i % channels]! += data[i]!;
    for (let channel = 0; channel < channels; channel++) means[channel]! /= data.length / channels;
    const changed = (value: number, i: number): number => {
      const mean = means[i % channels]!;
      return Math.min(high, Math.max(low, mean + factor * (value - mean)));
    };
    return { ...image, data: data.map(changed) };
  };
}

/** @file Initializers that draw from one distribution whatever the weight's shape. */

import { fail } from '../base/fail.ts';
import { finite, notNegative } from '../base/numbers.ts';
import { randomNormal as drawNormal, randomUniform as drawUniform, randomTruncatedNormal } from '../graph/ops.ts';
import { drawInto, type SeedOptions } from './draw.ts';
import { defineInitializer } from './initializer.ts';

/** Options of {@link randomNormal} and {@link truncatedNormal}. */
export interface NormalOptions extends SeedOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Default 0.05. */
  readonly stddev?: number;
}

/** Options of {@link randomUniform}. */
export interface UniformOptions extends SeedOptions {
  /** Smallest value. Default −0.05. */
  readonly minval?: number;
  /** Values stay below it. Default 0.05. */
  readonly maxval?: number;
}

function checkedNormal(where: string, { mean = 0, stddev = 0.05 }: NormalOptions): { mean: number; stddev: number } {
  return { mean: finite(where, 'mean', mean), stddev: notNegative(where, 'stddev', stddev) };
}

/**
 * Normal numbers. Options: `mean` 0, `stddev` 0.05, `seed`. Source: Keras `initializers.RandomNormal`.
 *
 * @throws MyelinError when `mean` is not finite or `stddev` is negative
 */
export const randomNormal = defineInitializer<NormalOptions>('RandomNormal', (options, where) => {
  const { mean, stddev } = checkedNormal(where, options);
  return (variable) => drawInto(where, variable, options, (state) => drawNormal(variable.shape, { state, mean, stddev }));
});

/**
 * Normal numbers without those beyond two standard deviations from the mean; the standard deviation of what is left is 0.88 · stddev.
 *
 * Options: `mean` 0, `stddev` 0.05, `seed`. Source: Keras `initializers.TruncatedNormal`.
 *
 * @throws MyelinError when `mean` is not finite or `stddev` is negative
 */
export const truncatedNormal = defineInitializer<NormalOptions>('TruncatedNormal', (options, where) => {
  const { mean, stddev } = checkedNormal(where, options);
  return (variable) =>
    drawInto(where, variable, options, (state) => randomTruncatedNormal(variable.shape, { state, mean, stddev }));
});

/**
 * Numbers spread evenly over [minval, maxval). Options: `minval` −0.05, `maxval` 0.05, `seed`. Source: Keras `initializers.RandomUniform`.
 *
 * @throws MyelinError when a bound is not finite or `minval` is above `maxval`
 */
export const randomUniform = defineInitializer<UniformOptions>('RandomUniform', (options, where) => {
  const low = finite(where, 'minval', options.minval ?? -0.05);
  const high = finite(where, 'maxval', options.maxval ?? 0.05);
  if (low > high) fail(where, '`minval` <= `maxval`', `${low} and ${high}`);
  return (variable) => drawInto(where, variable, options, (state) => drawUniform(variable.shape, { state, low, high }));
});

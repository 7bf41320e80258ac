/** @file Constraints on norms: of the weights that lead into each unit, unless `axis` says otherwise. */

import { describe, fail, failShape } from '../base/fail.ts';
import { notNegative, within } from '../base/numbers.ts';
import { formatShape, normalizeAxes, type Shape } from '../base/shape.ts';
import { constrainNorm } from '../graph/ops.ts';
import { type Constraint, defineConstraint } from './constraint.ts';

/** Options of {@link unitNorm}. */
export interface UnitNormOptions {
  /** Axis or neighbouring axes over which a norm is taken. Default 0; for kernels of Conv2D: [0, 1, 2]. */
  readonly axis?: number | readonly number[];
}

/** Options of {@link maxNorm}. */
export interface MaxNormOptions extends UnitNormOptions {
  /** Largest norm. Default 2. */
  readonly maxValue?: number;
}

/** Options of {@link minMaxNorm}. */
export interface MinMaxNormOptions extends UnitNormOptions {
  /** Smallest norm. Default 0. */
  readonly minValue?: number;
  /** Largest norm. Default 1. */
  readonly maxValue?: number;
  /** Share of the way to the bounds that a norm is moved in each step. Default 1. */
  readonly rate?: number;
}

/** First and last of the axes a norm is taken over. */
function axesOf(where: string, axis: number | readonly number[], shape: Shape): readonly [number, number] {
  const axes = normalizeAxes(where, axis, shape.length);
  const [first, last] = [axes[0], axes[axes.length - 1]];
  if (first === undefined || last === undefined || last - first !== axes.length - 1) {
    return failShape(where, `neighbouring axes of a weight of shape ${formatShape(shape)}`, describe(axis));
  }
  return [first, last];
}

function bounded(where: string, axis: number | readonly number[], low: number, high: number, rate: number) {
  if (low > high) fail(where, '`minValue` <= `maxValue`', `${low} and ${high}`);
  return {
    check: (owner, shape) => void axesOf(`${owner}, ${where}`, axis, shape),
    apply: (weight) => constrainNorm(weight, { axes: axesOf(where, axis, weight.shape), low, high, rate }),
  } satisfies Pick<Constraint, 'check' | 'apply'>;
}

/**
 * Norms of at most `maxValue`. Options: `maxValue` 2, `axis` 0. Source: Keras `constraints.MaxNorm`.
 *
 * @throws MyelinError when `maxValue` is negative; ShapeError when a layer is built whose weight has no such axis
 */
export const maxNorm = defineConstraint<MaxNormOptions>('MaxNorm', ({ maxValue = 2, axis = 0 }, where) =>
  bounded(where, axis, 0, notNegative(where, 'maxValue', maxValue), 1),
);

/**
 * Norms of 1. Options: `axis` 0. Source: Keras `constraints.UnitNorm`.
 *
 * @throws ShapeError when a layer is built whose weight has no such axis
 */
export const unitNorm = defineConstraint<UnitNormOptions>('UnitNorm', ({ axis = 0 }, where) => bounded(where, axis, 1, 1, 1));

/**
 * Norms between `minValue` and `maxValue`. Options: `minValue` 0, `maxValue` 1, `rate` 1, `axis` 0.
 *
 * Source: Keras `constraints.MinMaxNorm`.
 *
 * @throws MyelinError when a bound is negative, they are in the wrong order, or `rate` is outside [0, 1]; ShapeError when a layer is
 * built whose weight has no such axis
 */
export const minMaxNorm = defineConstraint<MinMaxNormOptions>('MinMaxNorm', (options, where) => {
  const { minValue = 0, maxValue = 1, rate = 1, axis = 0 } = options;
  const [low, high] = [notNegative(where, 'minValue', minValue), notNegative(where, 'maxValue', maxValue)];
  return bounded(where, axis, low, high, within(where, 'rate', rate, 0, 1));
});

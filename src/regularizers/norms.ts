/** @file Penalties on the size of weights. */

import { notNegative } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { abs, add, scale, square, sum } from '../graph/ops.ts';
import { defineRegularizer } from './regularizer.ts';

/** Options of {@link l1}. */
export interface L1Options {
  /** Strength. Default 0.01. */
  readonly l1?: number;
}

/** Options of {@link l2}. */
export interface L2Options {
  /** Strength. Default 0.01. */
  readonly l2?: number;
}

/** Options of {@link l1l2}. */
export interface L1L2Options {
  /** Strength of the sum of magnitudes. Default 0. */
  readonly l1?: number;
  /** Strength of the sum of squares. Default 0. */
  readonly l2?: number;
}

const magnitudes = (x: Node, strength: number): Node => scale(sum(abs(x)), strength);
const squares = (x: Node, strength: number): Node => scale(sum(square(x)), strength);

/**
 * l1·Σ|w|: makes weights sparse. Options: `l1` 0.01. Source: Keras `regularizers.L1`.
 *
 * @throws MyelinError when `l1` is negative or not finite
 */
export const l1 = defineRegularizer<L1Options>('L1', (options, where) => {
  const strength = notNegative(where, 'l1', options.l1 ?? 0.01);
  return (x) => magnitudes(x, strength);
});

/**
 * l2·Σw² (without ½): keeps weights small. Options: `l2` 0.01. Source: Keras `regularizers.L2`.
 *
 * @throws MyelinError when `l2` is negative or not finite
 */
export const l2 = defineRegularizer<L2Options>('L2', (options, where) => {
  const strength = notNegative(where, 'l2', options.l2 ?? 0.01);
  return (x) => squares(x, strength);
});

/**
 * l1·Σ|w| + l2·Σw². Options: `l1` 0, `l2` 0. Source: Keras `regularizers.L1L2`.
 *
 * @throws MyelinError when a strength is negative or not finite
 */
export const l1l2 = defineRegularizer<L1L2Options>('L1L2', (options, where) => {
  const first = notNegative(where, 'l1', options.l1 ?? 0);
  const second = notNegative(where, 'l2', options.l2 ?? 0);
  return (x) => add(magnitudes(x, first), squares(x, second));
});

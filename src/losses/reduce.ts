/**
 * @file From values per position to the one number that is minimized: weights and masks are multiplied in, then everything is summed
 * or averaged (Keras's reductions).
 */

import { failShape } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add, broadcastTo, cast, div, equal, maximum, mean, mul, notEqual, reshape, scale, sum } from '../graph/ops.ts';

/**
 * How values v with weights w become a loss: `sumOverBatchSize` (also called `mean`) is Σ v·w / number of values, `sum` is Σ v·w,
 * `meanWithSampleWeight` is Σ v·w / Σ w, `none` leaves v·w as it is.
 */
export type Reduction = 'sumOverBatchSize' | 'sum' | 'meanWithSampleWeight' | 'none';

/** A reduction as it may be written. */
export type ReductionSpec = Reduction | 'mean' | 'sum_over_batch_size' | 'mean_with_sample_weight' | null;

const reductions: Readonly<Record<string, Reduction>> = {
  sumOverBatchSize: 'sumOverBatchSize',
  mean: 'sumOverBatchSize',
  sum: 'sum',
  meanWithSampleWeight: 'meanWithSampleWeight',
  none: 'none',
};

/** The reduction that `spec` means; null means none. */
export function resolveReduction(where: string, spec: ReductionSpec): Reduction {
  return spec === null ? 'none' : lookup(where, 'reduction', spec, reductions);
}

/**
 * `weights` as float32 with the rank of values of `shape`, ready to be multiplied: [n] weights whole samples, [n, t] positions. Axes
 * that are missing at the end are added, a surplus one of size 1 is dropped.
 */
export function weightsFor(where: string, weights: Node, shape: readonly number[]): Node {
  let own = weights.shape;
  if (own.length === shape.length + 1 && own[shape.length] === 1) own = own.slice(0, -1);
  const aligned = [...own, ...new Array<number>(Math.max(0, shape.length - own.length)).fill(1)];
  if (aligned.length !== shape.length || aligned.some((size, axis) => size !== 1 && size !== shape[axis])) {
    const hint = 'give one weight for each sample, or one for each position of the loss.';
    failShape(where, `sample weights of shape ${formatShape(shape)} or a leading part of it`, formatShape(weights.shape), hint);
  }
  return reshape(cast(weights, 'float32'), aligned);
}

/** a / b for scalars, 0 where b is 0. */
function divideOrZero(a: Node, b: Node): Node {
  return mul(div(a, add(b, equal(b, 0))), notEqual(b, 0));
}

/**
 * Reduces values per position. A mask (1 = counts, 0 = does not) makes means those over the positions that count. Values of rank 0 are
 * returned as they are.
 */
export function reduceValues(where: string, values: Node, reduction: Reduction, sampleWeight?: Node, mask?: Node): Node {
  if (values.rank === 0 || sizeOf(values.shape) === 0) return values;
  const weights = sampleWeight && weightsFor(where, sampleWeight, values.shape);
  const valid = mask && weightsFor(where, mask, values.shape);
  const factors = weights && valid ? mul(weights, valid) : (weights ?? valid);
  const weighted = factors ? mul(values, factors) : values;
  const total = (node: Node): Node => sum(broadcastTo(node, values.shape));
  switch (reduction) {
    case 'none':
      return weighted;
    case 'sum':
      return sum(weighted);
    case 'meanWithSampleWeight':
      return factors ? divideOrZero(sum(weighted), total(factors)) : mean(values);
    case 'sumOverBatchSize':
      return valid ? div(sum(weighted), maximum(total(valid), 1)) : mean(weighted);
  }
}

/** Mean over the last axis; an axis of 1 costs nothing. */
export function meanOverLast(x: Node): Node {
  if (x.rank === 0) return x;
  return x.shape[x.rank - 1] === 1 ? reshape(x, x.shape.slice(0, -1)) : mean(x, -1);
}

/** Sum over the last axis times −1. */
export function negatedSumOverLast(x: Node): Node {
  return scale(sum(x, -1), -1);
}

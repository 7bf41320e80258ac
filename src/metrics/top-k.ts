/** @file Whether the right class is among those with the largest scores. */

import type { OptionNames, OwnOptions } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { argmax, cast, greater, less, oneHot, reshape, select, sum } from '../graph/ops.ts';
import { checkLabels, checkLikePrediction, labelsFor } from '../losses/targets.ts';
import { MeanMetric, type MetricOptions } from './metric.ts';

/** Options of {@link TopKCategoricalAccuracy} and {@link SparseTopKCategoricalAccuracy}. */
export interface TopKOptions extends MetricOptions {
  /** How many of the largest scores count. Default 5. */
  readonly k?: number;
}

/** 1 where fewer than `k` scores of a row exceed that of the row's label. */
function inTopK(labels: Node, scores: Node, k: number): Node {
  const own = sum(select(oneHot(labels, scores.shape.at(-1) ?? 1), scores, 0), -1);
  return less(sum(greater(scores, reshape(own, [...own.shape, 1])), -1), k);
}

/**
 * Share of rows whose label is among the `k` classes with the largest scores; ties count for it. Options: `k` 5.
 *
 * Source: Keras `metrics.SparseTopKCategoricalAccuracy`.
 *
 * @throws MyelinError when `k` is not a positive integer
 */
export class SparseTopKCategoricalAccuracy extends MeanMetric<TopKOptions> {
  static override readonly type: string = 'SparseTopKCategoricalAccuracy';
  static override readonly optionNames: OptionNames = { k: true } satisfies OwnOptions<TopKOptions, MetricOptions>;
  override readonly direction = 'max';
  readonly k: number;

  constructor(options?: TopKOptions) {
    super(options);
    this.k = wholeNumber(this.where, 'k', this.options.k ?? 5, 1);
  }

  override values(yTrue: Node, yPred: Node): Node {
    checkLabels(this.where, yTrue, yPred);
    return inTopK(labelsFor(yTrue, yPred), cast(yPred, 'float32'), this.k);
  }
}

/**
 * The same for one-hot targets. Options: `k` 5. Source: Keras `metrics.TopKCategoricalAccuracy`.
 *
 * @throws MyelinError when `k` is not a positive integer
 */
export class TopKCategoricalAccuracy extends SparseTopKCategoricalAccuracy {
  static override readonly type: string = 'TopKCategoricalAccuracy';
  static override readonly optionNames: OptionNames = { k: true } satisfies OwnOptions<TopKOptions, MetricOptions>;

  override values(yTrue: Node, yPred: Node): Node {
    checkLikePrediction(this.where, yTrue, yPred);
    return inTopK(argmax(cast(yTrue, 'float32'), -1), cast(yPred, 'float32'), this.k);
  }
}

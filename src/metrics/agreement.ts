/** @file The confusion matrix itself, and what one number can say of it. */

import type { OptionNames, OwnOptions } from '../base/names.ts';
import { Tensor, type TensorLike } from '../base/tensor.ts';
import { type ClassOptions, type ClassPairs, ClassPairsMetric, margins } from './class-pairs.ts';
import { ratio } from './counts.ts';
import type { MetricOptions } from './metric.ts';

const sumOf = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/**
 * How often each class was taken for each: {@link Metric.detail} is a matrix [targets, predictions]. Logs show the share on its diagonal.
 *
 * Options: `numClasses`, `ignoreClass` none; whether targets and predictions are class numbers or one-hot rows (scores) is seen from
 * their shapes, unless `sparseYTrue` and `sparseYPred` say it.
 *
 * @throws MyelinError when `numClasses` is no integer above 1
 */
export class ConfusionMatrix extends ClassPairsMetric {
  static override readonly type: string = 'ConfusionMatrix';
  static override readonly optionNames: OptionNames = {
    numClasses: true,
    ignoreClass: true,
    sparseYTrue: true,
    sparseYPred: true,
    axis: true,
  } satisfies OwnOptions<ClassOptions, MetricOptions>;
  override readonly direction = 'max';

  protected override evaluate(pairs: ClassPairs): number {
    const { there, both } = margins(pairs);
    return ratio(sumOf(both), sumOf(there));
  }

  override detailOf(totals: Float64Array): Tensor {
    return new Tensor(Float32Array.from(totals), [this.numClasses, this.numClasses]);
  }
}

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions extends ClassOptions {
  /** Weight of each sample. Default 1. */
  readonly sampleWeight?: TensorLike;
}

/** How often each class was taken for each, as a matrix [targets, predictions]. See {@link ConfusionMatrix}. */
export function confusionMatrix(yTrue: TensorLike, yPred: TensorLike, options: ConfusionMatrixOptions): Tensor {
  const { sampleWeight, ...own } = options;
  const metric = new ConfusionMatrix(own);
  metric.update(yTrue, yPred, sampleWeight);
  return metric.detail;
}

/**
 * Cohen's kappa: agreement beyond what chance would give, 1 at best, 0 for chance. Options as for {@link ConfusionMatrix}. Cohen 1960.
 *
 * @throws MyelinError when `numClasses` is no integer above 1
 */
export class CohenKappa extends ClassPairsMetric {
  static override readonly type: string = 'CohenKappa';
  static override readonly optionNames: OptionNames = {
    numClasses: true,
    ignoreClass: true,
    sparseYTrue: true,
    sparseYPred: true,
    axis: true,
  } satisfies OwnOptions<ClassOptions, MetricOptions>;
  override readonly direction = 'max';

  protected override evaluate(pairs: ClassPairs): number {
    const { there, predicted, both } = margins(pairs);
    const total = sumOf(there);
    const chance = sumOf(there.map((count, c) => count * predicted[c]!));
    return ratio(total * sumOf(both) - chance, total * total - chance);
  }
}

/**
 * Matthews correlation coefficient of targets and predictions, of any number of classes: 1 at best, 0 for chance. Options as for
 * {@link ConfusionMatrix}. Gorodkin 2004.
 *
 * @throws MyelinError when `numClasses` is no integer above 1
 */
export class MatthewsCorrelation extends ClassPairsMetric {
  static override readonly type: string = 'MatthewsCorrelation';
  static override readonly optionNames: OptionNames = {
    numClasses: true,
    ignoreClass: true,
    sparseYTrue: true,
    sparseYPred: true,
    axis: true,
  } satisfies OwnOptions<ClassOptions, MetricOptions>;
  override readonly direction = 'max';

  protected override evaluate(pairs: ClassPairs): number {
    const { there, predicted, both } = margins(pairs);
    const total = sumOf(there);
    const product = (a: Float64Array, b: Float64Array): number => sumOf(a.map((count, c) => count * b[c]!));
    const spread = (counts: Float64Array): number => total * total - product(counts, counts);
    return ratio(total * sumOf(both) - product(there, predicted), Math.sqrt(spread(there) * spread(predicted)));
  }
}

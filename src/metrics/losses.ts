/** @file Losses as metrics: the mean of the loss over all samples, under the names they have in Keras. */

import * as losses from '../losses/index.ts';
import { LossMetric } from './loss-metric.ts';
import type { MetricOptions } from './metric.ts';

/** A class of metrics that watch a loss, with the options of that loss. */
export interface LossMetricClass<O extends losses.LossOptions> {
  new (options?: Omit<O, 'reduction'>): LossMetric;
  readonly type: string;
}

function watch<O extends losses.LossOptions>(
  Watched: { new (options?: O): losses.Loss; readonly type: string },
  type = Watched.type,
): LossMetricClass<O> {
  return class extends LossMetric<MetricOptions> {
    static override readonly type = type;

    constructor(options?: Omit<O, 'reduction'>) {
      super(new Watched(options as O | undefined), options);
    }
  };
}

/** Mean of the binary cross-entropy. Options: `fromLogits`, `labelSmoothing`. Alias: bce. */
export const BinaryCrossentropy = watch(losses.BinaryCrossentropy);

/** Mean of the categorical cross-entropy, of one-hot targets. Options: `fromLogits`, `labelSmoothing`. */
export const CategoricalCrossentropy = watch(losses.CategoricalCrossentropy);

/** Mean of the categorical cross-entropy, of class numbers. Options: `fromLogits`, `ignoreClass`. */
export const SparseCategoricalCrossentropy = watch(losses.SparseCategoricalCrossentropy);

/** Mean of the categorical hinge loss. */
export const CategoricalHinge = watch(losses.CategoricalHinge);

/** Mean of the hinge loss. */
export const Hinge = watch(losses.Hinge);

/** Mean of the squared hinge loss. */
export const SquaredHinge = watch(losses.SquaredHinge);

/** Mean of the Kullback–Leibler divergence. Alias: kld. */
export const KLDivergence = watch(losses.KLDivergence);

/** Mean of ln cosh(p − t). Alias: logcosh. */
export const LogCoshError = watch(losses.LogCosh, 'LogCoshError');

/** Mean of |t − p| over all samples. Aliases: mae, MAE. */
export const MeanAbsoluteError = watch(losses.MeanAbsoluteError);

/** Mean of 100·|t − p| / |t|. Alias: mape. */
export const MeanAbsolutePercentageError = watch(losses.MeanAbsolutePercentageError);

/** Mean of (t − p)² over all samples. Aliases: mse, MSE. */
export const MeanSquaredError = watch(losses.MeanSquaredError);

/** Mean of (ln(1 + p) − ln(1 + t))². Alias: msle. */
export const MeanSquaredLogarithmicError = watch(losses.MeanSquaredLogarithmicError);

/** Mean of the Poisson loss. */
export const Poisson = watch(losses.Poisson);

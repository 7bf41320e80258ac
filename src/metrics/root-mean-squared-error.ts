import type { OptionNames } from '../base/names.ts';
import { MeanSquaredError } from '../losses/index.ts';
import { LossMetric } from './loss-metric.ts';
import type { MetricOptions } from './metric.ts';

/** Root of the mean of (t − p)² over all samples. Alias: rmse. Source: Keras `metrics.RootMeanSquaredError`. */
export class RootMeanSquaredError extends LossMetric {
  static override readonly type: string = 'RootMeanSquaredError';
  static override readonly optionNames: OptionNames = {};

  constructor(options?: MetricOptions) {
    super(new MeanSquaredError(), options);
  }

  override result(totals: Float64Array): number {
    return Math.sqrt(super.result(totals));
  }
}

import { MeanAbsoluteError as Loss } from '../losses/index.ts';
import { LossMetric } from './loss-metric.ts';
import type { MetricOptions } from './metric.ts';

/** Mean of |t − p| over all samples. Aliases: mae, MAE. Source: Keras `metrics.MeanAbsoluteError`. */
export class MeanAbsoluteError extends LossMetric {
  static override readonly type: string = 'MeanAbsoluteError';

  constructor(options?: MetricOptions) {
    super(new Loss(), options);
  }
}

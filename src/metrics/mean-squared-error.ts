import { MeanSquaredError as Loss } from '../losses/index.ts';
import { LossMetric } from './loss-metric.ts';
import type { MetricOptions } from './metric.ts';

/** Mean of (t − p)² over all samples. Aliases: mse, MSE. Source: Keras `metrics.MeanSquaredError`. */
export class MeanSquaredError extends LossMetric {
  static override readonly type: string = 'MeanSquaredError';

  constructor(options?: MetricOptions) {
    super(new Loss(), options);
  }
}

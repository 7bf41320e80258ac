import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { cast, equal, greater } from '../graph/ops.ts';
import { meanOverLast } from '../losses/reduce.ts';
import { alignRanks, checkLikePrediction } from '../losses/targets.ts';
import { MeanMetric, type MetricOptions } from './metric.ts';

/** Options of {@link BinaryAccuracy}. */
export interface BinaryAccuracyOptions extends MetricOptions {
  /** Predictions above it count as 1, others as 0. Default 0.5. */
  readonly threshold?: number;
}

/**
 * Share of outputs on the right side: mean of (t = [p > threshold]). Options: `threshold` 0.5. Source: Keras `metrics.BinaryAccuracy`.
 *
 * @throws MyelinError when `threshold` is not a number
 */
export class BinaryAccuracy extends MeanMetric<BinaryAccuracyOptions> {
  static override readonly type: string = 'BinaryAccuracy';
  static override readonly optionNames: OptionNames = { threshold: true } satisfies OwnOptions<
    BinaryAccuracyOptions,
    MetricOptions
  >;
  override readonly direction = 'max';
  readonly threshold: number;

  constructor(options?: BinaryAccuracyOptions) {
    super(options);
    this.threshold = this.options.threshold ?? 0.5;
    if (typeof this.threshold !== 'number' || Number.isNaN(this.threshold)) {
      fail(this.where, '`threshold` to be a number', describe(this.threshold));
    }
  }

  override values(yTrue: Node, yPred: Node): Node {
    checkLikePrediction(this.where, yTrue, yPred);
    const [target, prediction] = alignRanks(cast(yTrue, 'float32'), cast(yPred, 'float32'));
    const isRight = equal(target, greater(prediction, this.threshold));
    return isRight.rank > 1 ? meanOverLast(isRight) : isRight;
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { neg } from '../graph/ops.ts';
import { CosineSimilarity as Loss } from '../losses/index.ts';
import { LossMetric } from './loss-metric.ts';
import type { MetricOptions } from './metric.ts';

/** Options of {@link CosineSimilarity}. */
export interface CosineSimilarityOptions extends MetricOptions {
  /** Axis of the vectors that are compared. Default −1. */
  readonly axis?: number;
}

/** Mean cosine of the angle between targets and predictions: 1 where they point the same way. Source: Keras `metrics.CosineSimilarity`. */
export class CosineSimilarity extends LossMetric<CosineSimilarityOptions> {
  static override readonly type: string = 'CosineSimilarity';
  static override readonly optionNames: OptionNames = { axis: true } satisfies OwnOptions<CosineSimilarityOptions, MetricOptions>;

  constructor(options?: CosineSimilarityOptions) {
    super(new Loss(options), options, 'max');
  }

  override values(yTrue: Node, yPred: Node): Node {
    return neg(super.values(yTrue, yPred));
  }
}

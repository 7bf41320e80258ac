import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { cast, equal } from '../graph/ops.ts';
import { checkLabels, labelsFor } from '../losses/targets.ts';
import { classOf } from './categorical-accuracy.ts';
import { MeanMetric } from './metric.ts';

/**
 * Share of rows whose largest prediction is at the label's place: mean of (t = argmax p). Labels may have a trailing axis of 1.
 *
 * Source: Keras `metrics.SparseCategoricalAccuracy`.
 */
export class SparseCategoricalAccuracy extends MeanMetric {
  static override readonly type: string = 'SparseCategoricalAccuracy';
  static override readonly optionNames: OptionNames = {};
  override readonly direction = 'max';

  override values(yTrue: Node, yPred: Node): Node {
    checkLabels(this.where, yTrue, yPred);
    return equal(cast(labelsFor(yTrue, yPred), 'float32'), classOf(yPred));
  }
}

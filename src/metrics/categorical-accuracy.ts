import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { argmax, cast, equal } from '../graph/ops.ts';
import { checkLikePrediction } from '../losses/targets.ts';
import { MeanMetric } from './metric.ts';

/**
 * Share of rows whose largest prediction is at the place of the largest target: mean of (argmax t = argmax p).
 *
 * Source: Keras `metrics.CategoricalAccuracy`.
 */
export class CategoricalAccuracy extends MeanMetric {
  static override readonly type: string = 'CategoricalAccuracy';
  static override readonly optionNames: OptionNames = {};
  override readonly direction = 'max';

  override values(yTrue: Node, yPred: Node): Node {
    checkLikePrediction(this.where, yTrue, yPred);
    return equal(classOf(cast(yTrue, 'float32')), classOf(yPred));
  }
}

/** Place of the largest element of each row, as float32 so that it can be compared: exact up to 2^24 classes. */
export function classOf(rows: Node): Node {
  return cast(argmax(rows, -1), 'float32');
}

import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { cast, equal } from '../graph/ops.ts';
import { meanOverLast } from '../losses/reduce.ts';
import { alignRanks, checkLikePrediction } from '../losses/targets.ts';
import { MeanMetric } from './metric.ts';

/** Share of predictions that equal their targets: mean of (t = p). Source: Keras `metrics.Accuracy`. */
export class Accuracy extends MeanMetric {
  static override readonly type: string = 'Accuracy';
  static override readonly optionNames: OptionNames = {};
  override readonly direction = 'max';

  override values(yTrue: Node, yPred: Node): Node {
    checkLikePrediction(this.where, yTrue, yPred);
    const isRight = equal(...alignRanks(cast(yTrue, 'float32'), cast(yPred, 'float32')));
    return isRight.rank > 1 ? meanOverLast(isRight) : isRight;
  }
}

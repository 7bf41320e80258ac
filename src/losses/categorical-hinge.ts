import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add, max, mul, relu, scale, sub, sum } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';

/** max(max((1 − t)·p) − Σt·p + 1, 0) over the last axis, for one-hot targets. Source: Keras `losses.CategoricalHinge`. */
export class CategoricalHinge extends Loss {
  static override readonly type: string = 'CategoricalHinge';
  static override readonly optionNames: OptionNames = {};

  override call(yTrue: Node, yPred: Node): Node {
    const wrong = max(mul(scale(yTrue, -1, 1), yPred), -1);
    return relu(add(sub(wrong, sum(mul(yTrue, yPred), -1)), 1));
  }
}

/** {@link CategoricalHinge} per position. Shape: […, k] twice → […]. */
export const categoricalHinge = functionForm<LossOptions>('categoricalHinge', (options) => new CategoricalHinge(options));

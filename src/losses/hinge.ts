import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { mul, relu, scale } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { signedLabels } from './hinge-labels.ts';
import { Loss, type LossOptions } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/** mean(max(1 − t·p, 0)) over the last axis, for labels of −1 and 1; labels that are all 0 or 1 become these. Source: Keras `losses.Hinge`. */
export class Hinge extends Loss {
  static override readonly type: string = 'Hinge';
  static override readonly optionNames: OptionNames = {};

  override call(yTrue: Node, yPred: Node): Node {
    return meanOverLast(relu(scale(mul(signedLabels(yTrue), yPred), -1, 1)));
  }
}

/** {@link Hinge} per position. Shape: […, k] twice → […]. */
export const hinge = functionForm<LossOptions>('hinge', (options) => new Hinge(options));

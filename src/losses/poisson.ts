import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { log, mul, scale, sub } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { probabilityEpsilon } from './logits.ts';
import { Loss, type LossOptions } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/** mean(p − t·ln(p + 1e-7)) over the last axis: for counts. Source: Keras `losses.Poisson`. */
export class Poisson extends Loss {
  static override readonly type: string = 'Poisson';
  static override readonly optionNames: OptionNames = {};

  override call(yTrue: Node, yPred: Node): Node {
    return meanOverLast(sub(yPred, mul(yTrue, log(scale(yPred, 1, probabilityEpsilon)))));
  }
}

/** {@link Poisson} per position. Shape: […, k] twice → […]. */
export const poisson = functionForm<LossOptions>('poisson', (options) => new Poisson(options));

import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add, scale, softplus, sub } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/** mean(ln cosh(p − t)) over the last axis: square where it is small, straight where it is large. Source: Keras `losses.LogCosh`. */
export class LogCosh extends Loss {
  static override readonly type: string = 'LogCosh';
  static override readonly optionNames: OptionNames = {};

  override call(yTrue: Node, yPred: Node): Node {
    const error = sub(yPred, yTrue);
    return meanOverLast(scale(add(error, softplus(scale(error, -2))), 1, -Math.LN2));
  }
}

/** {@link LogCosh} per position. Shape: […, k] twice → […]. */
export const logCosh = functionForm<LossOptions>('logCosh', (options) => new LogCosh(options));

import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { log1p, maximum, squaredDifference } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { probabilityEpsilon } from './logits.ts';
import { Loss, type LossOptions } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/** mean((ln(1 + p) − ln(1 + t))²) over the last axis, both kept above 1e-7. Aliases: msle, MSLE. Source: Keras `losses.MeanSquaredLogarithmicError`. */
export class MeanSquaredLogarithmicError extends Loss {
  static override readonly type: string = 'MeanSquaredLogarithmicError';
  static override readonly optionNames: OptionNames = {};

  override call(yTrue: Node, yPred: Node): Node {
    const logarithm = (x: Node): Node => log1p(maximum(x, probabilityEpsilon));
    return meanOverLast(squaredDifference(logarithm(yPred), logarithm(yTrue)));
  }
}

/** {@link MeanSquaredLogarithmicError} per position. Shape: […, k] twice → […]. */
export const meanSquaredLogarithmicError = functionForm<LossOptions>(
  'meanSquaredLogarithmicError',
  (options) => new MeanSquaredLogarithmicError(options),
);

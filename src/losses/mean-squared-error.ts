import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { squaredDifference } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/**
 * mean((t − p)²) over the last axis. Aliases: mse, MSE.
 *
 * Source: Keras `losses.MeanSquaredError`.
 */
export class MeanSquaredError extends Loss {
  static override readonly type: string = 'MeanSquaredError';
  static override readonly optionNames: OptionNames = {};

  override call(yTrue: Node, yPred: Node): Node {
    return meanOverLast(squaredDifference(yPred, yTrue));
  }
}

/** {@link MeanSquaredError} per position. Shape: […, k] twice → […]. */
export const meanSquaredError = functionForm<LossOptions>('meanSquaredError', (options) => new MeanSquaredError(options));

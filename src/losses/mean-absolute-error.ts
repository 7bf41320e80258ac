import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { abs, sub } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/**
 * mean|t − p| over the last axis. Aliases: mae, MAE.
 *
 * Source: Keras `losses.MeanAbsoluteError`.
 */
export class MeanAbsoluteError extends Loss {
  static override readonly type: string = 'MeanAbsoluteError';
  static override readonly optionNames: OptionNames = {};

  override call(yTrue: Node, yPred: Node): Node {
    return meanOverLast(abs(sub(yPred, yTrue)));
  }
}

/** {@link MeanAbsoluteError} per position. Shape: […, k] twice → […]. */
export const meanAbsoluteError = functionForm<LossOptions>('meanAbsoluteError', (options) => new MeanAbsoluteError(options));

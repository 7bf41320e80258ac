import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { abs, div, maximum, scale, sub } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { probabilityEpsilon } from './logits.ts';
import { Loss, type LossOptions } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/** 100 · mean(|t − p| / max(|t|, 1e-7)) over the last axis. Aliases: mape, MAPE. Source: Keras `losses.MeanAbsolutePercentageError`. */
export class MeanAbsolutePercentageError extends Loss {
  static override readonly type: string = 'MeanAbsolutePercentageError';
  static override readonly optionNames: OptionNames = {};

  override call(yTrue: Node, yPred: Node): Node {
    return scale(meanOverLast(abs(div(sub(yTrue, yPred), maximum(abs(yTrue), probabilityEpsilon)))), 100);
  }
}

/** {@link MeanAbsolutePercentageError} per position. Shape: […, k] twice → […]. */
export const meanAbsolutePercentageError = functionForm<LossOptions>(
  'meanAbsolutePercentageError',
  (options) => new MeanAbsolutePercentageError(options),
);

import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { clip, div, log, mul, softmaxCrossEntropy, sum } from '../graph/ops.ts';
import { type CrossentropyOptions, checkSmoothing, smoothed } from './crossentropy-options.ts';
import { functionForm } from './function-form.ts';
import { logitsBehind, probabilityEpsilon } from './logits.ts';
import type { LossOptions } from './loss.ts';
import { Loss } from './loss.ts';
import { negatedSumOverLast } from './reduce.ts';

/** Rows divided by their sums, then kept in [1e-7, 1 − 1e-7]: what Keras takes the logarithm of. */
export function normalizedProbabilities(yPred: Node): Node {
  return clip(div(yPred, sum(yPred, -1, true)), probabilityEpsilon, 1 - probabilityEpsilon);
}

/**
 * Cross-entropy of one-hot (or soft) targets over classes: −Σ t·ln p over the last axis, with p divided by its sum and kept in
 * [1e-7, 1 − 1e-7]. Of logits z, given or found behind a final softmax: −Σ t·ln softmax(z).
 *
 * Options: `fromLogits` false, `labelSmoothing` 0 (t becomes t·(1 − s) + s/classes). Source: Keras `losses.CategoricalCrossentropy`.
 *
 * @throws MyelinError when `labelSmoothing` is outside [0, 1]
 */
export class CategoricalCrossentropy extends Loss<CrossentropyOptions> {
  static override readonly type: string = 'CategoricalCrossentropy';
  static override readonly optionNames: OptionNames = { fromLogits: true, labelSmoothing: true } satisfies OwnOptions<
    CrossentropyOptions,
    LossOptions
  >;

  constructor(options?: CrossentropyOptions) {
    super(options);
    checkSmoothing(this.where, this.options);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const t = smoothed(yTrue, yPred.shape.at(-1) ?? 1, this.options);
    const logits = this.options.fromLogits ? yPred : logitsBehind(yPred, 'softmax');
    if (logits) return softmaxCrossEntropy(logits, t).loss;
    return negatedSumOverLast(mul(t, log(normalizedProbabilities(yPred))));
  }
}

/** {@link CategoricalCrossentropy} per position. Shape: […, classes] twice → […]. */
export const categoricalCrossentropy = functionForm<CrossentropyOptions>(
  'categoricalCrossentropy',
  (options) => new CategoricalCrossentropy(options),
);

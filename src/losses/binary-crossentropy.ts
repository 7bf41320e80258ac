import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add, clip, log, log1p, mul, neg, sigmoidCrossEntropy, sub } from '../graph/ops.ts';
import { type CrossentropyOptions, checkSmoothing, smoothed } from './crossentropy-options.ts';
import { functionForm } from './function-form.ts';
import { logitsBehind, probabilityEpsilon } from './logits.ts';
import type { LossOptions } from './loss.ts';
import { Loss } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/** Cross-entropy of every element, from its logit where that is known. */
export function binaryValues(t: Node, yPred: Node, logits: Node | undefined): Node {
  if (logits) return sigmoidCrossEntropy(logits, t);
  const p = clip(yPred, probabilityEpsilon, 1 - probabilityEpsilon);
  return neg(add(mul(t, log(p)), mul(sub(1, t), log1p(neg(p)))));
}

/**
 * Cross-entropy of independent yes/no targets: the mean over the last axis of −t·ln p − (1 − t)·ln(1 − p), with p kept in
 * [1e-7, 1 − 1e-7]. Of logits z, given or found behind a final sigmoid: max(z, 0) − z·t + ln(1 + e^−|z|). Aliases: bce, BCE.
 *
 * Options: `fromLogits` false, `labelSmoothing` 0 (t becomes t·(1 − s) + s/2). Source: Keras `losses.BinaryCrossentropy`.
 *
 * @throws MyelinError when `labelSmoothing` is outside [0, 1]
 */
export class BinaryCrossentropy extends Loss<CrossentropyOptions> {
  static override readonly type: string = 'BinaryCrossentropy';
  static override readonly optionNames: OptionNames = { fromLogits: true, labelSmoothing: true } satisfies OwnOptions<
    CrossentropyOptions,
    LossOptions
  >;

  constructor(options?: CrossentropyOptions) {
    super(options);
    checkSmoothing(this.where, this.options);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const t = smoothed(yTrue, 2, this.options);
    return meanOverLast(binaryValues(t, yPred, this.options.fromLogits ? yPred : logitsBehind(yPred, 'sigmoid')));
  }
}

/** {@link BinaryCrossentropy} per position. Shape: […, k] twice → […]. */
export const binaryCrossentropy = functionForm<CrossentropyOptions>(
  'binaryCrossentropy',
  (options) => new BinaryCrossentropy(options),
);

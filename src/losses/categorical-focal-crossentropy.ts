import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative } from '../base/numbers.ts';
import { tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { log, logSoftmax, mul, pow, scale, softmax } from '../graph/ops.ts';
import { normalizedProbabilities } from './categorical-crossentropy.ts';
import { type CrossentropyOptions, checkSmoothing, smoothed } from './crossentropy-options.ts';
import { functionForm } from './function-form.ts';
import { logitsBehind } from './logits.ts';
import type { LossOptions } from './loss.ts';
import { Loss } from './loss.ts';
import { negatedSumOverLast } from './reduce.ts';

/** Options of {@link CategoricalFocalCrossentropy}. */
export interface CategoricalFocalCrossentropyOptions extends CrossentropyOptions {
  /** Weight of the classes: one number, or one for each. Default 0.25. */
  readonly alpha?: number | readonly number[];
  /** How much what is already right is played down. Default 2. */
  readonly gamma?: number;
}

/**
 * Σ alpha·(1 − p)^gamma·(−t·ln p) over the last axis, for one-hot (or soft) targets, with p divided by its sum and kept in
 * [1e-7, 1 − 1e-7], or the softmax of logits. Lin et al. 2017.
 *
 * Options: `alpha` 0.25, `gamma` 2, `fromLogits` false, `labelSmoothing` 0. Source: Keras `losses.CategoricalFocalCrossentropy`.
 *
 * @throws MyelinError when `gamma` or `alpha` is negative, or `labelSmoothing` is outside [0, 1]
 */
export class CategoricalFocalCrossentropy extends Loss<CategoricalFocalCrossentropyOptions> {
  static override readonly type: string = 'CategoricalFocalCrossentropy';
  static override readonly optionNames: OptionNames = {
    alpha: true,
    gamma: true,
    fromLogits: true,
    labelSmoothing: true,
  } satisfies OwnOptions<CategoricalFocalCrossentropyOptions, LossOptions>;
  readonly gamma: number;

  constructor(options?: CategoricalFocalCrossentropyOptions) {
    super(options);
    checkSmoothing(this.where, this.options);
    this.gamma = notNegative(this.where, 'gamma', this.options.gamma ?? 2);
    const { alpha = 0.25 } = this.options;
    for (const weight of Array.isArray(alpha) ? alpha : [alpha]) notNegative(this.where, 'alpha', weight);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const { alpha = 0.25, fromLogits } = this.options;
    const classes = yPred.shape.at(-1) ?? 1;
    const t = smoothed(yTrue, classes, this.options);
    const logits = fromLogits ? yPred : logitsBehind(yPred, 'softmax');
    const p = logits ? softmax(logits) : normalizedProbabilities(yPred);
    const logarithm = logits ? logSoftmax(logits) : log(p);
    const values = mul(pow(scale(p, -1, 1), this.gamma), mul(t, logarithm));
    if (typeof alpha === 'number') return scale(negatedSumOverLast(values), alpha);
    if (alpha.length !== classes) fail(this.where, `\`alpha\` to be ${classes} numbers, one for each class`, describe(alpha));
    return negatedSumOverLast(mul(values, tensor([...alpha])));
  }
}

/** {@link CategoricalFocalCrossentropy} per position. Shape: […, classes] twice → […]. */
export const categoricalFocalCrossentropy = functionForm<CategoricalFocalCrossentropyOptions>(
  'categoricalFocalCrossentropy',
  (options) => new CategoricalFocalCrossentropy(options),
);

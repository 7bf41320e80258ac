import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative, within } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { add, mul, pow, scale, sigmoid, sub } from '../graph/ops.ts';
import { binaryValues } from './binary-crossentropy.ts';
import { type CrossentropyOptions, checkSmoothing, smoothed } from './crossentropy-options.ts';
import { functionForm } from './function-form.ts';
import { logitsBehind } from './logits.ts';
import type { LossOptions } from './loss.ts';
import { Loss } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/** Options of {@link BinaryFocalCrossentropy}. */
export interface BinaryFocalCrossentropyOptions extends CrossentropyOptions {
  /** Whether targets of 1 weigh `alpha` and targets of 0 the rest. Default false. */
  readonly applyClassBalancing?: boolean;
  /** Default 0.25. */
  readonly alpha?: number;
  /** How much what is already right is played down. Default 2. */
  readonly gamma?: number;
}

/**
 * Binary cross-entropy times (1 − p_t)^gamma, p_t being the probability given to the target, so that what is already right hardly
 * counts: the mean over the last axis. Lin et al. 2017.
 *
 * Options: `gamma` 2, `applyClassBalancing` false, `alpha` 0.25, `fromLogits` false, `labelSmoothing` 0. Source: Keras
 * `losses.BinaryFocalCrossentropy`.
 *
 * @throws MyelinError when `gamma` is negative, or `alpha` or `labelSmoothing` is outside [0, 1]
 */
export class BinaryFocalCrossentropy extends Loss<BinaryFocalCrossentropyOptions> {
  static override readonly type: string = 'BinaryFocalCrossentropy';
  static override readonly optionNames: OptionNames = {
    applyClassBalancing: true,
    alpha: true,
    gamma: true,
    fromLogits: true,
    labelSmoothing: true,
  } satisfies OwnOptions<BinaryFocalCrossentropyOptions, LossOptions>;
  readonly gamma: number;
  readonly alpha: number;

  constructor(options?: BinaryFocalCrossentropyOptions) {
    super(options);
    checkSmoothing(this.where, this.options);
    this.gamma = notNegative(this.where, 'gamma', this.options.gamma ?? 2);
    this.alpha = within(this.where, 'alpha', this.options.alpha ?? 0.25, 0, 1);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const t = smoothed(yTrue, 2, this.options);
    const logits = this.options.fromLogits ? yPred : logitsBehind(yPred, 'sigmoid');
    const p = this.options.fromLogits ? sigmoid(yPred) : yPred;
    // 1 − p_t without the rounding of p_t to 1.
    const missed = add(mul(t, scale(p, -1, 1)), mul(scale(t, -1, 1), p));
    const values = mul(pow(missed, this.gamma), binaryValues(t, yPred, logits));
    if (!this.options.applyClassBalancing) return meanOverLast(values);
    const { alpha } = this;
    const weight = sub(1 - alpha, scale(t, 1 - 2 * alpha));
    return meanOverLast(mul(weight, values));
  }
}

/** {@link BinaryFocalCrossentropy} per position. Shape: […, k] twice → […]. */
export const binaryFocalCrossentropy = functionForm<BinaryFocalCrossentropyOptions>(
  'binaryFocalCrossentropy',
  (options) => new BinaryFocalCrossentropy(options),
);

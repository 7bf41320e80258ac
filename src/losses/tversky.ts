import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { add, div, mul, scale, sub, sum } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { probabilityEpsilon } from './logits.ts';
import { Loss, type LossOptions } from './loss.ts';

/** Options of {@link Dice}. */
export interface DiceOptions extends LossOptions {
  /** Axes of what is compared as a whole, such as [1, 2, 3] for each image. Default: all, the batch included. */
  readonly axis?: number | readonly number[] | null;
}

/** Options of {@link Tversky}. */
export interface TverskyOptions extends DiceOptions {
  /** Weight of what is predicted but not there. Default 0.5. */
  readonly alpha?: number;
  /** Weight of what is there but not predicted. Default 0.5. */
  readonly beta?: number;
}

/**
 * 1 − TP / (TP + alpha·FP + beta·FN + 1e-7) with TP = Σt·p, FP = Σ(1 − t)·p, FN = Σt·(1 − p): for segmentation. Over the whole batch,
 * where the result is a scalar, unless `axis` says otherwise.
 *
 * Options: `alpha` 0.5, `beta` 0.5, `axis` all. Source: Keras `losses.Tversky`.
 *
 * @throws MyelinError when `alpha` or `beta` is negative
 */
export class Tversky extends Loss<TverskyOptions> {
  static override readonly type: string = 'Tversky';
  static override readonly optionNames: OptionNames = { alpha: true, beta: true, axis: true } satisfies OwnOptions<
    TverskyOptions,
    LossOptions
  >;
  readonly alpha: number;
  readonly beta: number;

  constructor(options?: TverskyOptions) {
    super(options);
    this.alpha = notNegative(this.where, 'alpha', this.options.alpha ?? 0.5);
    this.beta = notNegative(this.where, 'beta', this.options.beta ?? 0.5);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const { axis } = this.options;
    const found = mul(yTrue, yPred);
    const [hits, surplus, missed] = [found, sub(yPred, found), sub(yTrue, found)].map((part) => sum(part, axis));
    const all = add(add(hits!, scale(surplus!, this.alpha)), scale(missed!, this.beta, probabilityEpsilon));
    return scale(div(hits!, all), -1, 1);
  }
}

/** {@link Tversky} over the whole, or over the axes that are named. */
export const tversky = functionForm<TverskyOptions>('tversky', (options) => new Tversky(options));

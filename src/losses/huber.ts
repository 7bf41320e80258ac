import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { abs, minimum, mul, scale, sub } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import { meanOverLast } from './reduce.ts';

/** Options of {@link Huber}. */
export interface HuberOptions extends LossOptions {
  /** Error from which on the loss is straight. Default 1. */
  readonly delta?: number;
}

/**
 * mean(½e² where |e| ≤ delta, else delta·|e| − ½delta²) over the last axis: squared error that outliers do not rule.
 *
 * Options: `delta` 1. Source: Keras `losses.Huber`.
 *
 * @throws MyelinError when `delta` is negative
 */
export class Huber extends Loss<HuberOptions> {
  static override readonly type: string = 'Huber';
  static override readonly optionNames: OptionNames = { delta: true } satisfies OwnOptions<HuberOptions, LossOptions>;
  readonly delta: number;

  constructor(options?: HuberOptions) {
    super(options);
    this.delta = notNegative(this.where, 'delta', this.options.delta ?? 1);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const error = abs(sub(yPred, yTrue));
    // With q = min(|e|, delta), both branches are q·(|e| − q/2).
    const inner = minimum(error, this.delta);
    return meanOverLast(mul(inner, sub(error, scale(inner, 0.5))));
  }
}

/** {@link Huber} per position. Shape: […, k] twice → […]. */
export const huber = functionForm<HuberOptions>('huber', (options) => new Huber(options));

import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add, div, mul, scale, sum } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { probabilityEpsilon } from './logits.ts';
import type { LossOptions } from './loss.ts';
import { Loss } from './loss.ts';
import type { DiceOptions } from './tversky.ts';

/**
 * 1 − 2Σt·p / (Σt + Σp + 1e-7): for segmentation. Over the whole batch, where the result is a scalar, unless `axis` says otherwise.
 *
 * Options: `axis` all. Source: Keras `losses.Dice`.
 */
export class Dice extends Loss<DiceOptions> {
  static override readonly type: string = 'Dice';
  static override readonly optionNames: OptionNames = { axis: true } satisfies OwnOptions<DiceOptions, LossOptions>;

  override call(yTrue: Node, yPred: Node): Node {
    const { axis } = this.options;
    const both = sum(add(yTrue, yPred), axis);
    return scale(div(sum(mul(yTrue, yPred), axis), scale(both, 1, probabilityEpsilon)), -2, 1);
  }
}

/** {@link Dice} over the whole, or over the axes that are named. */
export const dice = functionForm<DiceOptions>('dice', (options) => new Dice(options));

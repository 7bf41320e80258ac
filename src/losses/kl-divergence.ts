import type { OptionNames } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { clip, div, log, mul, sum } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { probabilityEpsilon } from './logits.ts';
import { Loss, type LossOptions } from './loss.ts';

/** Σ t·ln(t / p) over the last axis, both kept in [1e-7, 1]. Aliases: kld, KLD. Source: Keras `losses.KLDivergence`. */
export class KLDivergence extends Loss {
  static override readonly type: string = 'KLDivergence';
  static override readonly optionNames: OptionNames = {};

  override call(yTrue: Node, yPred: Node): Node {
    const [t, p] = [clip(yTrue, probabilityEpsilon, 1), clip(yPred, probabilityEpsilon, 1)];
    return sum(mul(t, log(div(t, p))), -1);
  }
}

/** {@link KLDivergence} per position. Shape: […, k] twice → […]. */
export const klDivergence = functionForm<LossOptions>('klDivergence', (options) => new KLDivergence(options));

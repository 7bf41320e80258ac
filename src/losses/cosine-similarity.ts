import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { l2Normalize, mul, scale, sum } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';

/** Options of {@link CosineSimilarity}. */
export interface CosineSimilarityOptions extends LossOptions {
  /** Axis of the vectors that are compared. Default −1. */
  readonly axis?: number;
}

/**
 * Minus the cosine of the angle between targets and predictions: −1 where they point the same way, 0 for a vector of zeros.
 *
 * Options: `axis` −1. Source: Keras `losses.CosineSimilarity`.
 */
export class CosineSimilarity extends Loss<CosineSimilarityOptions> {
  static override readonly type: string = 'CosineSimilarity';
  static override readonly optionNames: OptionNames = { axis: true } satisfies OwnOptions<CosineSimilarityOptions, LossOptions>;

  override call(yTrue: Node, yPred: Node): Node {
    const { axis = -1 } = this.options;
    return scale(sum(mul(l2Normalize(yTrue, axis), l2Normalize(yPred, axis)), axis), -1);
  }
}

/** {@link CosineSimilarity} per position. Shape: […, k] twice → […]. */
export const cosineSimilarity = functionForm<CosineSimilarityOptions>(
  'cosineSimilarity',
  (options) => new CosineSimilarity(options),
);

import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { mul, sum, tanh } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { sumsOfPairs } from './attention.ts';
import { lastDimension } from './checks.ts';
import type { LayerOptions } from './layer.ts';
import { ScoredAttention, type ScoredAttentionOptions } from './scored-attention.ts';

/** Options of {@link AdditiveAttention}. */
export interface AdditiveAttentionOptions extends ScoredAttentionOptions {
  /** Whether each feature has a factor that is learned. Default true. */
  readonly useScale?: boolean;
}

/**
 * Attention by sums (Bahdanau et al. 2015): the score of a query and a key is Σ scale·tanh(query + key). Masks of the value leave out its
 * steps, and what the mask of the query leaves out becomes 0. Weights: `scale` [features] with `useScale`.
 *
 * Shape: a list of query [batch, time, features], value [batch, steps, values] and key [batch, steps, features] (by default the value) →
 * [batch, time, values], and with `returnAttentionScores` the probabilities, [batch, time, steps].
 *
 * @throws MyelinError when `dropout` is outside [0, 1]
 */
export class AdditiveAttention extends ScoredAttention<AdditiveAttentionOptions> {
  static override readonly type: string = 'AdditiveAttention';
  static override readonly optionNames: OptionNames = {
    useScale: true,
    dropout: true,
    useCausalMask: true,
    returnAttentionScores: true,
    seed: true,
  } satisfies OwnOptions<AdditiveAttentionOptions, LayerOptions>;
  #scale: Variable | undefined;

  protected override addScoreWeights(query: PartialShape): void {
    const { useScale = true } = this.options;
    if (useScale) this.#scale = this.addWeight('scale', [lastDimension(this.where, query)]);
  }

  protected override scores(query: Node, key: Node): Node {
    const activations = tanh(sumsOfPairs(query, key));
    return sum(this.#scale ? mul(activations, this.#scale) : activations, -1);
  }
}

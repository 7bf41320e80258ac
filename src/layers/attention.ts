import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { lookup } from '../base/names.ts';
import type { Operand } from '../graph/define-op.ts';
import type { Node } from '../graph/node.ts';
import { add, batchMatmul, mul, reshape, sum, tanh } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import type { LayerOptions } from './layer.ts';
import { ScoredAttention, type ScoredAttentionOptions } from './scored-attention.ts';

/** Options of {@link Attention}. */
export interface AttentionOptions extends ScoredAttentionOptions {
  /** Whether scores are multiplied by a number that is learned. Default false. */
  readonly useScale?: boolean;
  /** 'dot': the product of query and key. 'concat': the sum of tanh(query + key), times a number that is learned. Default 'dot'. */
  readonly scoreMode?: 'dot' | 'concat';
}

/**
 * Attention by products (Luong et al. 2015): softmax(query·keyᵀ)·value. Masks of the value leave out its steps, and what the mask of the
 * query leaves out becomes 0. Weights: `scale` [] with `useScale`, `concat_score_weight` [] with scoreMode 'concat'.
 *
 * Shape: a list of query [batch, time, features], value [batch, steps, values] and key [batch, steps, features] (by default the value) →
 * [batch, time, values], and with `returnAttentionScores` the probabilities, [batch, time, steps].
 *
 * @throws MyelinError when `dropout` is outside [0, 1] or `scoreMode` is unknown
 */
export class Attention extends ScoredAttention<AttentionOptions> {
  static override readonly type: string = 'Attention';
  static override readonly optionNames: OptionNames = {
    useScale: true,
    scoreMode: true,
    dropout: true,
    useCausalMask: true,
    returnAttentionScores: true,
    seed: true,
  } satisfies OwnOptions<AttentionOptions, LayerOptions>;
  readonly #isDot: boolean;
  #scale: Variable | undefined;
  #scoreWeight: Variable | undefined;

  constructor(options: AttentionOptions = {}) {
    super(options);
    const { scoreMode = 'dot' } = this.options;
    if (typeof scoreMode !== 'string') fail(this.where, "`scoreMode` to be 'dot' or 'concat'", describe(scoreMode));
    this.#isDot = lookup(this.where, 'score mode', scoreMode, { dot: true, concat: false });
  }

  protected override addScoreWeights(): void {
    if (this.options.useScale) this.#scale = this.addWeight('scale', [], { initializer: 'ones' });
    if (!this.#isDot) this.#scoreWeight = this.addWeight('concat_score_weight', [], { initializer: 'ones' });
  }

  protected override scores(query: Node, key: Node): Node {
    const scaled = (x: Node): Node => (this.#scale ? (mul<Operand, Operand>(x, this.#scale) as Node) : x);
    if (!this.#scoreWeight) return scaled(batchMatmul(query, key, { transposeB: true }));
    return mul(sum(tanh(scaled(sumsOfPairs(query, key))), -1), this.#scoreWeight);
  }
}

/** query + key for every pair of steps: [batch, time, steps, features]. */
export function sumsOfPairs(query: Node, key: Node): Node {
  const [batch, time, features] = query.shape as readonly [number, number, number];
  return add(reshape(query, [batch, time, 1, features]), reshape(key, [batch, 1, key.shape[1]!, features]));
}

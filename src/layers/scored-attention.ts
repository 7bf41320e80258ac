/** @file What attention without projections shares: its inputs, masks, dropout, and the mean of the values. */

import { failShape } from '../base/fail.ts';
import type { Seed } from '../base/seed.ts';
import { formatShape, type PartialShape, type Shape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { add, batchMatmul, dropoutMask, minimum, mul, reshape, scale, softmax } from '../graph/ops.ts';
import { inRange } from './checks.ts';
import { type CallContext, Layer, type LayerOptions, type Mask, type Nodes, type Shapes } from './layer.ts';
import { checkBatches, mergedInputs } from './merging.ts';
import { RandomState } from './random-state.ts';

/** Options of {@link Attention} and {@link AdditiveAttention}. */
export interface ScoredAttentionOptions extends LayerOptions {
  /** Probability of zeroing an attention probability in training. Default 0. */
  readonly dropout?: number;
  /** Whether step i attends to the steps up to i alone. Default false. */
  readonly useCausalMask?: boolean;
  /** Whether the probabilities, after dropout, are a second output. Default false. */
  readonly returnAttentionScores?: boolean;
  /** Gives dropout a random stream of its own. Default: follows from setSeed. */
  readonly seed?: Seed;
}

/** Taken from scores that must not count. As in Keras: a row in which no score counts gets equal probabilities, not NaN. */
const maskedScore = -1e9;

/** Each step of the query becomes a mean of the values, weighted by the softmax of its scores with the keys. */
export abstract class ScoredAttention<O extends ScoredAttentionOptions> extends Layer<O> {
  readonly #rate: number;
  readonly #random: RandomState | undefined;

  constructor(options?: O) {
    super(options);
    const { dropout = 0, seed } = this.options;
    this.#rate = inRange(this.where, 'dropout', dropout, 0, 1);
    this.#random = this.#rate > 0 ? new RandomState(this, seed) : undefined;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** The query's mask is that of the outputs. */
  override computeMask(_inputs: Nodes, masks: readonly Mask[]): readonly Mask[] {
    return [masks[0], undefined];
  }

  override build(inputShapes: Shapes): Shapes {
    const list = mergedInputs(this.where, inputShapes, { least: 2, most: 3 });
    const [query, value, key = value] = list as readonly [PartialShape, PartialShape, PartialShape?];
    const got = list.map(formatShape).join(' and ');
    if (list.some(({ length }) => length !== 3)) {
      failShape(this.where, 'query, value and key of shape [batch, time, features]', got);
    }
    checkBatches(
      this.where,
      list.map((shape) => ({ shape })),
    );
    const differ = (a: number | null | undefined, b: number | null | undefined): boolean =>
      typeof a === 'number' && typeof b === 'number' && a !== b;
    if (differ(key[1], value[1])) failShape(this.where, 'as many keys as values', got);
    if (differ(query[2], key[2])) failShape(this.where, 'query and key with the same number of features', got);
    this.addScoreWeights(query);
    const result = [...query.slice(0, 2), value[2] ?? null];
    return this.options.returnAttentionScores ? [result, [...query.slice(0, 2), value[1] ?? null]] : result;
  }

  /** Makes the weights of the scores. */
  protected abstract addScoreWeights(query: PartialShape): void;

  /** Scores [batch, time, steps] of each step of the query with each key. */
  protected abstract scores(query: Node, key: Node): Node;

  override call(inputs: readonly Node[], { training, masks = [] }: CallContext): Nodes {
    const [query, value, key = value] = inputs as readonly [Node, Node, Node?];
    checkBatches(this.where, inputs);
    const [queryMask, valueMask] = masks;
    let scores = this.scores(query, key);
    const penalties = this.#penalties(scores.shape, valueMask);
    if (penalties) scores = add(scores, penalties);
    let weights = softmax(scores);
    if (training && this.#random) {
      weights = mul(weights, dropoutMask(weights.shape, { rate: this.#rate, state: this.#random.draw() }));
    }
    const means = batchMatmul(weights, value);
    const result = queryMask ? mul(means, reshape(queryMask, [...queryMask.shape, 1])) : means;
    return this.options.returnAttentionScores ? [result, weights] : result;
  }

  /** What is added to scores of this shape: nothing where they count. */
  #penalties([, time, steps]: Shape, valueMask: Mask): Node | Tensor | undefined {
    const [rows, cols] = [time!, steps!];
    const padding = valueMask && reshape(scale(valueMask, -maskedScore, maskedScore), [valueMask.shape[0]!, 1, cols]);
    if (!this.options.useCausalMask) return padding;
    const later = Float32Array.from({ length: rows * cols }, (_, i) => (i % cols > Math.floor(i / cols) ? maskedScore : 0));
    const causal = new Tensor(later, [1, rows, cols]);
    // Two penalties are no more than one: −2e9 would tell apart rows in which nothing counts.
    return padding ? minimum(padding, causal) : causal;
  }
}

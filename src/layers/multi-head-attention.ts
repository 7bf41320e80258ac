/**
 * @file Attention of several heads. Projections leave the heads inside the rows, [batch, time, heads, size], where the products of
 * queries and keys and of probabilities and values read and write them: nothing is copied to bring heads to the front.
 */

import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Seed } from '../base/seed.ts';
import { formatShape, type PartialShape, type Shape, sizeOf } from '../base/shape.ts';
import { type ConstraintSpec, resolveConstraint } from '../constraints/index.ts';
import type { Operand } from '../graph/define-op.ts';
import type { Node } from '../graph/node.ts';
import { add, batchMatmul, broadcastTo, dropoutMask, maskedSoftmax, matmul, mul, reshape, scale, softmax } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { type Regularizer, type RegularizerSpec, resolveRegularizer } from '../regularizers/index.ts';
import { inRange, lastDimension, positiveInteger } from './checks.ts';
import { withFans } from './fan-axes.ts';
import { type CallContext, Layer, type LayerOptions, type Mask, type Nodes, type Shapes, shapesIn } from './layer.ts';
import { checkBatches } from './merging.ts';
import { RandomState } from './random-state.ts';

/** Options of {@link MultiHeadAttention}. */
export interface MultiHeadAttentionOptions extends LayerOptions {
  /** Number of heads. */
  readonly numHeads: number;
  /** Size of each head's queries and keys. */
  readonly keyDim: number;
  /** Size of each head's values. Default `keyDim`. */
  readonly valueDim?: number;
  /** Probability of zeroing an attention probability in training. Default 0. */
  readonly dropout?: number;
  /** Whether projections add a bias. Default true. */
  readonly useBias?: boolean;
  /** Size of the outputs, or several for more axes. Default the size of the query. */
  readonly outputShape?: number | readonly number[];
  /** Axes that are attended over. Only the time axis, 1, can be. Default [1]. */
  readonly attentionAxes?: number | readonly number[];
  /** Whether step i attends to the steps up to i alone. Default false. */
  readonly useCausalMask?: boolean;
  /** Whether the probabilities are a second output. Default false. */
  readonly returnAttentionScores?: boolean;
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerSpec;
  /** Default 'zeros'. */
  readonly biasInitializer?: InitializerSpec;
  /** Penalty on each kernel. Default none. */
  readonly kernelRegularizer?: RegularizerSpec;
  /** Penalty on each bias. Default none. */
  readonly biasRegularizer?: RegularizerSpec;
  /** Penalty on the outputs, divided by the size of the batch. Default none. */
  readonly activityRegularizer?: RegularizerSpec;
  /** Bounds of each kernel after every update. Default none. */
  readonly kernelConstraint?: ConstraintSpec;
  /** Bounds of each bias after every update. Default none. */
  readonly biasConstraint?: ConstraintSpec;
  /** Gives dropout a random stream of its own. Default: follows from setSeed. */
  readonly seed?: Seed;
}

/** A kernel seen as a matrix, and its bias as a row. */
interface Projection {
  readonly kernel: Variable;
  readonly bias: Variable | undefined;
  /** Number of outputs. */
  readonly width: number;
}

/**
 * Each step of the query becomes a mean of the values, weighted by how its projection goes with those of the keys, in several heads at
 * once. Vaswani et al. 2017.
 *
 * Inputs: one node that attends to itself, or a list `[query, value, key?, attentionMask?]`; the key is the value by default. The
 * attention mask, [batch, time, steps] or [batch, heads, time, steps], holds 0 where a step of the query must not see a step of the
 * value. Masks of the inputs leave out steps too. A step that may see none gets the outputs' bias alone.
 *
 * Weights: `kernel` [inputs, heads, size] and `bias` [heads, size] of `query`, `key` and `value`; `attention_output/kernel`
 * [heads, valueDim, …outputs], `attention_output/bias`.
 *
 * Shape: query [batch, time, features], value and key [batch, steps, …] → [batch, time, features], and with `returnAttentionScores` the
 * probabilities before dropout, [batch, heads, time, steps].
 *
 * @throws MyelinError when a size is no positive integer, `dropout` is outside [0, 1] or `attentionAxes` is not the time axis
 */
export class MultiHeadAttention extends Layer<MultiHeadAttentionOptions> {
  static override readonly type: string = 'MultiHeadAttention';
  static override readonly optionNames: OptionNames = {
    numHeads: true,
    keyDim: true,
    valueDim: true,
    dropout: true,
    useBias: true,
    outputShape: true,
    attentionAxes: true,
    useCausalMask: true,
    returnAttentionScores: true,
    kernelInitializer: true,
    biasInitializer: true,
    kernelRegularizer: true,
    biasRegularizer: true,
    activityRegularizer: true,
    kernelConstraint: true,
    biasConstraint: true,
    seed: true,
  } satisfies OwnOptions<MultiHeadAttentionOptions, LayerOptions>;
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly #rate: number;
  readonly #random: RandomState | undefined;
  readonly #activityRegularizer: Regularizer | undefined;
  #query!: Projection;
  #key!: Projection;
  #value!: Projection;
  #output!: Projection;
  #outputSizes!: Shape;

  constructor(options: MultiHeadAttentionOptions) {
    super(options);
    const { numHeads, keyDim, valueDim = keyDim, dropout = 0, attentionAxes = 1, outputShape = 1, seed } = this.options;
    this.numHeads = positiveInteger(this.where, 'numHeads', numHeads);
    this.keyDim = positiveInteger(this.where, 'keyDim', keyDim);
    this.valueDim = positiveInteger(this.where, 'valueDim', valueDim);
    for (const size of [outputShape].flat()) positiveInteger(this.where, 'outputShape', size);
    this.#rate = inRange(this.where, 'dropout', dropout, 0, 1);
    const axes = [attentionAxes].flat();
    if (axes.length !== 1 || axes[0] !== 1) fail(this.where, '`attentionAxes` to be the time axis, 1', describe(attentionAxes));
    this.#activityRegularizer = resolveRegularizer(this.options.activityRegularizer, this.where);
    const { kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint } = this.options;
    for (const initializer of [this.options.kernelInitializer, this.options.biasInitializer])
      if (initializer !== undefined) resolveInitializer(initializer, this.where);
    for (const regularizer of [kernelRegularizer, biasRegularizer]) resolveRegularizer(regularizer, this.where);
    for (const constraint of [kernelConstraint, biasConstraint]) resolveConstraint(constraint, this.where);
    this.#random = this.#rate > 0 ? new RandomState(this, seed) : undefined;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** The query's mask is that of the outputs. */
  override computeMask(_inputs: Nodes, masks: readonly Mask[]): readonly Mask[] {
    return [masks[0], undefined];
  }

  override build(inputShape: Shapes): Shapes {
    const shapes = shapesIn(inputShape);
    const got = shapes.map(formatShape).join(' and ');
    const [query, value = query, key = value, mask] = shapes as readonly [PartialShape, ...PartialShape[]];
    if (shapes.length > 4) failShape(this.where, 'at most 4 inputs: query, value, key and attention mask', `${shapes.length}`);
    for (const shape of [query, value, key]) {
      if (shape.length !== 3) failShape(this.where, 'query, value and key of shape [batch, time, features]', got);
    }
    checkBatches(
      this.where,
      shapes.map((shape) => ({ shape })),
    );
    const fits = (a: number | null | undefined, b: number | null | undefined): boolean =>
      a === b || typeof a !== 'number' || typeof b !== 'number';
    if (!fits(key[1], value[1])) failShape(this.where, 'as many keys as values', got);
    if (mask) this.#checkMask(mask, query[1] ?? null, value[1] ?? null, fits, got);
    const features = lastDimension(this.where, query);
    this.#outputSizes = this.options.outputShape === undefined ? [features] : [this.options.outputShape].flat();
    this.#query = this.#addProjection('query', [features], [this.numHeads, this.keyDim]);
    this.#key = this.#addProjection('key', [lastDimension(this.where, key)], [this.numHeads, this.keyDim]);
    this.#value = this.#addProjection('value', [lastDimension(this.where, value)], [this.numHeads, this.valueDim]);
    this.#output = this.#addProjection('attention_output', [this.numHeads, this.valueDim], this.#outputSizes);
    const result = [...query.slice(0, 2), ...this.#outputSizes];
    return this.options.returnAttentionScores
      ? [result, [query[0] ?? null, this.numHeads, query[1] ?? null, value[1] ?? null]]
      : result;
  }

  #checkMask(
    mask: PartialShape,
    time: number | null,
    steps: number | null,
    fits: (a: number | null | undefined, b: number | null | undefined) => boolean,
    got: string,
  ): void {
    const [rows, cols] = mask.slice(-2);
    const isRight =
      (mask.length === 3 || (mask.length === 4 && fits(mask[1], this.numHeads))) && fits(rows, time) && fits(cols, steps);
    if (!isRight) failShape(this.where, `an attention mask [batch, time, steps] that fits query and value`, got);
  }

  #addProjection(name: string, inputs: Shape, outputs: Shape): Projection {
    const { kernelInitializer = 'glorotUniform', biasInitializer = 'zeros', useBias = true } = this.options;
    const { kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint } = this.options;
    const shape = [...inputs, ...outputs];
    const kernel = this.addWeight(`${name}/kernel`, shape, {
      initializer: withFans(this.where, kernelInitializer, shape, inputs.length),
      regularizer: kernelRegularizer,
      constraint: kernelConstraint,
    });
    const bias = useBias
      ? this.addWeight(`${name}/bias`, outputs, {
          initializer: biasInitializer,
          regularizer: biasRegularizer,
          constraint: biasConstraint,
        })
      : undefined;
    return { kernel, bias, width: sizeOf(outputs) };
  }

  override call(inputs: Nodes, { training, masks = [] }: CallContext): Nodes {
    const list = Array.isArray(inputs) ? (inputs as readonly Node[]) : [inputs as Node];
    const [query, value = query, key = value, attentionMask] = list as readonly [Node, ...Node[]];
    const [batch, time, steps] = [query.shape[0]!, query.shape[1]!, value.shape[1]!];
    const { numHeads, keyDim, valueDim } = this;
    const heads = (rows: Node, count: number, size: number): Node => reshape(rows, [batch, count, numHeads, size]);
    const q = heads(scale(project(query, this.#query), 1 / Math.sqrt(keyDim)), time, keyDim);
    const k = heads(project(key, this.#key), steps, keyDim);
    const v = heads(project(value, this.#value), steps, valueDim);

    const scores = batchMatmul(q, k, { transposeB: true, headsInside: [true, true, false] });
    // A node that attends to itself brings the mask of its steps for both parts.
    const stepMasks = list.length === 1 ? [masks[0]] : [masks[1], masks[2]];
    const mask = combineMasks([batch, time, steps], masks[0], stepMasks, attentionMask);
    const causal = this.options.useCausalMask ?? false;
    const probabilities = mask || causal ? maskedSoftmax(scores, mask ?? null, { causal }) : softmax(scores);
    const weights =
      training && this.#random
        ? mul(probabilities, dropoutMask(probabilities.shape, { rate: this.#rate, state: this.#random.draw() }))
        : probabilities;
    const context = batchMatmul(weights, v, { headsInside: [false, true, true] });
    const rows = reshape(context, [batch * time, numHeads * valueDim]);
    const outputs = reshape(project(rows, this.#output), [batch, time, ...this.#outputSizes]);
    const result = this.regularize(outputs, this.#activityRegularizer);
    return this.options.returnAttentionScores ? [result, probabilities] : result;
  }
}

/** x·kernel + bias over the last axis, as rows. */
function project(x: Node, { kernel, bias, width }: Projection): Node {
  const features = x.shape[x.rank - 1]!;
  const product = matmul(reshape(x, [-1, features]), reshape<Operand>(kernel, [features, width]) as Node);
  return bias ? add(product, reshape<Operand>(bias, [width]) as Node) : product;
}

/** What may be attended to, as one mask that stretches over [batch, heads, time, steps]; undefined for everything. */
function combineMasks(
  [batch, time, steps]: readonly [number, number, number],
  queryMask: Mask,
  stepMasks: readonly Mask[],
  attentionMask: Node | undefined,
): Mask {
  const parts = stepMasks.flatMap((mask) => (mask ? [reshape(mask, [batch, 1, 1, steps])] : []));
  if (attentionMask) {
    parts.push(attentionMask.rank === 4 ? attentionMask : reshape(attentionMask, [batch, 1, time, steps]));
  }
  if (queryMask) parts.push(broadcastTo(reshape(queryMask, [batch, 1, time, 1]), [batch, 1, time, steps]));
  return parts.length === 0 ? undefined : parts.reduce((a, b) => mul(a, b));
}

import { failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import { type ConstraintSpec, resolveConstraint } from '../constraints/index.ts';
import type { Node } from '../graph/node.ts';
import { cast, gatherRows, notEqual, stopGradient } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { type Regularizer, type RegularizerSpec, resolveRegularizer } from '../regularizers/index.ts';
import { positiveInteger } from './checks.ts';
import { Layer, type LayerOptions, type Mask, type Nodes } from './layer.ts';

/** Options of {@link Embedding}. */
export interface EmbeddingOptions extends LayerOptions {
  /** Number of different indices: they lie in 0…inputDim − 1. */
  readonly inputDim: number;
  /** Numbers each index stands for. */
  readonly outputDim: number;
  /** Default 'uniform', in [−0.05, 0.05]. */
  readonly embeddingsInitializer?: InitializerSpec;
  /** Penalty on the embeddings. Default none. */
  readonly embeddingsRegularizer?: RegularizerSpec;
  /** Penalty on the outputs, divided by the size of the batch. Default none. */
  readonly activityRegularizer?: RegularizerSpec;
  /** Bounds of the embeddings after every update. Default none. */
  readonly embeddingsConstraint?: ConstraintSpec;
  /** Whether index 0 is padding, which later layers skip; it keeps its row. Default false. */
  readonly maskZero?: boolean;
}

/**
 * Turns indices into vectors that are learned. Weights: `embeddings` [inputDim, outputDim].
 *
 * Shape: […] of whole numbers → […, outputDim]; with `maskZero` [batch, time] → [batch, time, outputDim].
 *
 * Indices may come as integers or as floats, whose fraction is cut off. One that is not in 0…inputDim − 1 gives a vector of NaN, so that
 * the mistake shows in the loss, and changes no weight.
 *
 * @throws MyelinError when a size is not a positive integer or a name is unknown
 */
export class Embedding extends Layer<EmbeddingOptions> {
  static override readonly type: string = 'Embedding';
  static override readonly optionNames: OptionNames = {
    inputDim: true,
    outputDim: true,
    embeddingsInitializer: true,
    embeddingsRegularizer: true,
    activityRegularizer: true,
    embeddingsConstraint: true,
    maskZero: true,
  } satisfies OwnOptions<EmbeddingOptions, LayerOptions>;
  readonly inputDim: number;
  readonly outputDim: number;
  readonly #activityRegularizer: Regularizer | undefined;
  #embeddings!: Variable;

  constructor(options: EmbeddingOptions) {
    super(options);
    const { inputDim, outputDim, embeddingsInitializer = 'uniform', embeddingsRegularizer, embeddingsConstraint } = this.options;
    this.inputDim = positiveInteger(this.where, 'inputDim', inputDim);
    this.outputDim = positiveInteger(this.where, 'outputDim', outputDim);
    this.#activityRegularizer = resolveRegularizer(this.options.activityRegularizer, this.where);
    resolveInitializer(embeddingsInitializer, this.where);
    resolveRegularizer(embeddingsRegularizer, this.where);
    resolveConstraint(embeddingsConstraint, this.where);
  }

  override get makesMask(): boolean {
    return this.options.maskZero ?? false;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(inputs: Nodes, masks: readonly Mask[]): Mask {
    return this.makesMask ? stopGradient(notEqual(cast(inputs as Node, 'float32'), 0)) : masks[0];
  }

  override build(inputShape: PartialShape): PartialShape {
    if (this.makesMask && inputShape.length !== 2) {
      failShape(this.where, 'input [batch, time] with `maskZero`', `shape ${formatShape(inputShape)}`);
    }
    const { embeddingsInitializer = 'uniform', embeddingsRegularizer, embeddingsConstraint } = this.options;
    this.#embeddings = this.addWeight('embeddings', [this.inputDim, this.outputDim], {
      initializer: embeddingsInitializer,
      regularizer: embeddingsRegularizer,
      constraint: embeddingsConstraint,
    });
    return [...inputShape, this.outputDim];
  }

  override call(x: Node): Node {
    return this.regularize(gatherRows(this.#embeddings, cast(x, 'int32')), this.#activityRegularizer);
  }
}

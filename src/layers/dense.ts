import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import { type ConstraintSpec, resolveConstraint } from '../constraints/index.ts';
import type { Node } from '../graph/node.ts';
import { add, matmul, reshape } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { type Regularizer, type RegularizerSpec, resolveRegularizer } from '../regularizers/index.ts';
import { type ActivationFunction, type ActivationSpec, resolveActivation } from './activations.ts';
import { lastDimension, positiveInteger } from './checks.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link Dense}. */
export interface DenseOptions extends LayerOptions {
  /** Number of outputs. */
  readonly units: number;
  /** Applied to the result. Default linear. */
  readonly activation?: ActivationSpec;
  /** Whether a bias is added. Default true. */
  readonly useBias?: boolean;
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerSpec;
  /** Default 'zeros'. */
  readonly biasInitializer?: InitializerSpec;
  /** Penalty on the kernel. Default none. */
  readonly kernelRegularizer?: RegularizerSpec;
  /** Penalty on the bias. Default none. */
  readonly biasRegularizer?: RegularizerSpec;
  /** Penalty on the outputs, divided by the size of the batch. Default none. */
  readonly activityRegularizer?: RegularizerSpec;
  /** Bounds of the kernel after every update. Default none. */
  readonly kernelConstraint?: ConstraintSpec;
  /** Bounds of the bias after every update. Default none. */
  readonly biasConstraint?: ConstraintSpec;
}

/**
 * Fully connected layer: activation(x·kernel + bias) over the last axis. Weights: `kernel` [inputs, units], `bias` [units].
 *
 * Shape: [batch, …, inputs] → [batch, …, units].
 *
 * @throws MyelinError when `units` is not a positive integer or a name is unknown
 */
export class Dense extends Layer<DenseOptions> {
  static override readonly type: string = 'Dense';
  static override readonly optionNames: OptionNames = {
    units: true,
    activation: true,
    useBias: true,
    kernelInitializer: true,
    biasInitializer: true,
    kernelRegularizer: true,
    biasRegularizer: true,
    activityRegularizer: true,
    kernelConstraint: true,
    biasConstraint: true,
  } satisfies OwnOptions<DenseOptions, LayerOptions>;
  readonly units: number;
  readonly #activation: ActivationFunction;
  readonly #activityRegularizer: Regularizer | undefined;
  #kernel!: Variable;
  #bias: Variable | undefined;

  constructor(options: DenseOptions) {
    super(options);
    const { units, activation, kernelInitializer = 'glorotUniform', biasInitializer = 'zeros' } = this.options;
    const { kernelRegularizer, biasRegularizer, activityRegularizer, kernelConstraint, biasConstraint } = this.options;
    this.units = positiveInteger(this.where, 'units', units);
    this.#activation = resolveActivation(this.where, activation);
    this.#activityRegularizer = resolveRegularizer(activityRegularizer, this.where);
    for (const initializer of [kernelInitializer, biasInitializer]) resolveInitializer(initializer, this.where);
    for (const regularizer of [kernelRegularizer, biasRegularizer]) resolveRegularizer(regularizer, this.where);
    for (const constraint of [kernelConstraint, biasConstraint]) resolveConstraint(constraint, this.where);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: PartialShape): PartialShape {
    const { kernelInitializer = 'glorotUniform', biasInitializer = 'zeros', useBias = true } = this.options;
    const { kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint } = this.options;
    const inputs = lastDimension(this.where, inputShape);
    this.#kernel = this.addWeight('kernel', [inputs, this.units], {
      initializer: kernelInitializer,
      regularizer: kernelRegularizer,
      constraint: kernelConstraint,
    });
    if (useBias) {
      this.#bias = this.addWeight('bias', [this.units], {
        initializer: biasInitializer,
        regularizer: biasRegularizer,
        constraint: biasConstraint,
      });
    }
    return [...inputShape.slice(0, -1), this.units];
  }

  override call(x: Node): Node {
    // One matrix product whatever the rank, with bias and activation right behind it so that they fuse.
    const rows = reshape(x, [-1, x.shape[x.rank - 1]!]);
    const product = matmul(rows, this.#kernel);
    const result = this.#activation(this.#bias ? add(product, this.#bias) : product);
    return this.regularize(reshape(result, [...x.shape.slice(0, -1), this.units]), this.#activityRegularizer);
  }
}

/**
 * @file The base of every layer, built-in or a user's: options that are the layer's config, weights made when the input shape is
 * known, and a `call` that extends the graph.
 */

import { describe, fail, failShape } from '../base/fail.ts';
import { fitsShape, formatShape, type PartialShape, type Shape, sameShape } from '../base/shape.ts';
import type { Tensor, TensorLike } from '../base/tensor.ts';
import { type ConstraintSpec, resolveConstraint } from '../constraints/index.ts';
import { tensorNamed } from '../data/arrays.ts';
import type { Node } from '../graph/node.ts';
import { scale } from '../graph/ops.ts';
import { currentTrace } from '../graph/trace.ts';
import { Variable } from '../graph/variable.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { type Regularizer, type RegularizerSpec, resolveRegularizer } from '../regularizers/index.ts';
import { checkSample } from './checks.ts';
import { uniqueName } from './names.ts';
import { setRules } from './weight-rules.ts';

/** What every layer can be given. */
export interface LayerOptions {
  /** Default: the type in snake_case, made unique: `dense`, `dense_1`, … */
  readonly name?: string;
  /** Whether training changes the layer's weights. Default true. */
  readonly trainable?: boolean;
  /** On the first layer of a model: shape of one sample, without the batch axis. */
  readonly inputShape?: PartialShape;
}

/** How a layer is called. */
export interface CallContext {
  /** True in `fit` and `trainOnBatch`, false in `evaluate` and `predict`. */
  readonly training: boolean;
}

/** How a weight is made. */
export interface WeightOptions {
  /** First values. Default 'glorotUniform'. */
  readonly initializer?: InitializerSpec;
  /** Whether the optimizer changes it (as long as the layer is trainable). Default true. */
  readonly trainable?: boolean;
  /** Its penalty is added to the loss while the weight is trained. Default none. */
  readonly regularizer?: RegularizerSpec | undefined;
  /** Bounds the weight is brought back to after every update. Default none. */
  readonly constraint?: ConstraintSpec | undefined;
}

/** A weight and whether it was made to be trained. */
interface Weight {
  readonly variable: Variable;
  readonly trainable: boolean;
}

/**
 * A layer: a function on nodes that may have weights.
 *
 * Subclasses give a `static type`, make weights in `build` with {@link addWeight}, and compute in `call`.
 *
 * @example
 * class Scale extends Layer {
 *   static override readonly type = 'Scale';
 *   factor!: Variable;
 *   override build(inputShape: PartialShape) {
 *     this.factor = this.addWeight('factor', [inputShape.at(-1)!], { initializer: 'ones' });
 *     return inputShape;
 *   }
 *   override call(x: Node) { return ops.mul(x, this.factor); }
 * }
 */
export abstract class Layer<O extends LayerOptions = LayerOptions> {
  /** Name of the class in saved models. Explicit, because minifiers rename classes. */
  static readonly type: string = 'Layer';

  /** What the layer was made with: its config. */
  readonly options: Readonly<O>;
  readonly name: string;
  #trainable: boolean;
  readonly #weights: Weight[] = [];
  #inputShape: PartialShape | undefined;
  #outputShape: PartialShape | undefined;

  constructor(options?: O) {
    this.options = options ?? ({} as O);
    const { name, trainable = true, inputShape } = this.options;
    if (name !== undefined && (typeof name !== 'string' || name === ''))
      fail(this.type, '`name` to be a non-empty string', describe(name));
    this.name = name ?? uniqueName(this.type);
    this.#trainable = trainable;
    if (inputShape !== undefined) checkSample(this.where, inputShape);
  }

  /** The class's {@link Layer.type}. */
  get type(): string {
    return (this.constructor as typeof Layer).type;
  }

  /** What error messages call this layer: `dense "hidden"`. */
  get where(): string {
    return `${this.type} "${this.name}"`;
  }

  /** Whether training changes the weights. Takes effect when the model is next compiled or fitted. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = value;
  }

  /** Makes the weights for inputs of this shape (batch axis first, unknown sizes null) and returns the shape of the outputs. */
  build(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  /** Computes the outputs. Runs while a graph is traced: use ops, not JavaScript arithmetic. */
  abstract call(x: Node, context: CallContext): Node;

  /** Builds the layer unless it is built. A layer that is shared must fit each of its inputs; one without weights fits any. */
  ensureBuilt(inputShape: PartialShape): PartialShape {
    if (!this.#inputShape || !this.#outputShape) {
      try {
        this.#outputShape = this.build(inputShape);
      } catch (error) {
        // Weights made before the failure would be made a second time.
        this.#weights.length = 0;
        throw error;
      }
      this.#inputShape = inputShape;
      return this.#outputShape;
    }
    if (fitsShape(inputShape, this.#inputShape)) return this.#outputShape;
    if (this.weights.length === 0) return this.build(inputShape);
    return failShape(this.where, `inputs like those it was built for, ${formatShape(this.#inputShape)}`, formatShape(inputShape));
  }

  /** Shape of the inputs the layer was built for, batch axis (null) first; undefined before. */
  get inputShape(): PartialShape | undefined {
    return this.#inputShape;
  }

  /** Whether `build` has run. */
  get isBuilt(): boolean {
    return this.#outputShape !== undefined;
  }

  /** Shape of the outputs, batch axis (null) first. Throws before the layer is built. */
  get outputShape(): PartialShape {
    return (
      this.#outputShape ??
      fail(this.where, 'a layer that is built', 'one that is not', 'give the model an inputShape, or call model.build(shape).')
    );
  }

  /** Makes a weight. For use in `build`. */
  protected addWeight(name: string, shape: Shape, options: WeightOptions = {}): Variable {
    const regularizer = resolveRegularizer(options.regularizer, this.where);
    const constraint = resolveConstraint(options.constraint, this.where);
    constraint?.check(this.where, shape);
    const variable = new Variable(`${this.name}/${name}`, shape);
    setRules(variable, { regularizer, constraint });
    resolveInitializer(options.initializer ?? 'glorotUniform', this.where).initialize(variable);
    this.#weights.push({ variable, trainable: options.trainable ?? true });
    return variable;
  }

  /** Adds a scalar to the loss of the model, in training and in evaluation. For use in `call`. */
  protected addLoss(value: Node): void {
    currentTrace().losses.push(value);
  }

  /** Adds the penalty of the layer's outputs to the loss, divided by the size of the batch, and returns them. For use in `call`. */
  protected regularize(outputs: Node, regularizer: Regularizer | undefined): Node {
    if (regularizer) this.addLoss(scale(regularizer.penalty(outputs), 1 / Math.max(1, outputs.shape[0] ?? 1)));
    return outputs;
  }

  /** All weights: those made to be trained first, then the others, each in the order they were made. */
  get weights(): Variable[] {
    return [...this.#weights.filter((weight) => weight.trainable), ...this.#weights.filter((weight) => !weight.trainable)].map(
      (weight) => weight.variable,
    );
  }

  /** Weights the optimizer changes: none when the layer is frozen. */
  get trainableWeights(): Variable[] {
    return this.#trainable ? this.#weights.filter((weight) => weight.trainable).map((weight) => weight.variable) : [];
  }

  /** Weights the optimizer leaves alone. */
  get nonTrainableWeights(): Variable[] {
    const trained = new Set(this.trainableWeights);
    return this.weights.filter((variable) => !trained.has(variable));
  }

  /** Number of elements of all weights. */
  countParams(): number {
    return this.weights.reduce((total, { size }) => total + size, 0);
  }

  /** Copies of all weights, in the order of {@link weights}. */
  getWeights(): Tensor[] {
    return this.weights.map((variable) => variable.read());
  }

  /**
   * Replaces all weights.
   *
   * @param values one for each of {@link weights}, of the same shape
   * @throws ShapeError when the count or a shape differs; no weight is changed then
   */
  setWeights(values: readonly TensorLike[]): void {
    const hint = this.isBuilt ? undefined : 'weights are made when the layer or model is built.';
    writeWeights(this.where, this.weights, values, hint);
  }
}

/** Replaces the elements of several variables, or of none when one value does not fit. */
export function writeWeights(where: string, weights: readonly Variable[], values: readonly TensorLike[], hint?: string): void {
  if (!Array.isArray(values)) fail(where, 'a list of weights', describe(values));
  if (values.length !== weights.length) failShape(where, `${weights.length} weights`, `${values.length}`, hint);
  const checked = values.map((value, i) => {
    const { name, shape } = weights[i]!;
    const given = tensorNamed(where, name, value, 'float32');
    if (!sameShape(given.shape, shape))
      failShape(where, `weight ${i} ("${name}") of shape ${formatShape(shape)}`, formatShape(given.shape));
    return given;
  });
  checked.forEach((value, i) => {
    weights[i]!.write(value);
  });
}

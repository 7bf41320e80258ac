/**
 * @file The base of every layer, built-in or a user's: options that are the layer's config, weights made when the input shape is
 * known, and a `call` that extends the graph.
 */

import { describe, fail, failShape } from '../base/fail.ts';
import { checkOwnOptions, type OptionNames } from '../base/names.ts';
import { fitsShape, formatShape, type PartialShape, type Shape, sameShape } from '../base/shape.ts';
import type { Tensor, TensorLike } from '../base/tensor.ts';
import { type ConstraintSpec, resolveConstraint } from '../constraints/index.ts';
import { tensorNamed } from '../data/arrays.ts';
import { inputNode, Node } from '../graph/node.ts';
import { scale } from '../graph/ops.ts';
import { currentTrace, isTracing, Trace, withTrace } from '../graph/trace.ts';
import { Variable } from '../graph/variable.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { type Regularizer, type RegularizerSpec, resolveRegularizer } from '../regularizers/index.ts';
import { checkSample } from './checks.ts';
import { uniqueName } from './names.ts';
import type { LayerRecord, RecordWriter } from './record.ts';
import { SymbolicTensor } from './symbolic.ts';
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

const layerOptions = { name: true, trainable: true, inputShape: true } satisfies Record<keyof LayerOptions, true>;

/** What goes into a layer, and what comes out: one node, or several for layers that take or give several. */
export type Nodes = Node | readonly Node[];

/** The shapes that go with {@link Nodes}. */
export type Shapes = PartialShape | readonly PartialShape[];

/** Steps of a sequence to look at: float32 [batch, time], 1 = take, 0 = skip. Undefined where every step counts. */
export type Mask = Node | undefined;

/** How a layer is called. */
export interface CallContext {
  /** True in `fit` and `trainOnBatch`, false in `evaluate` and `predict`. */
  readonly training: boolean;
  /** The mask of the (first) input. */
  readonly mask?: Mask;
  /** The masks of all inputs, for layers that take several. */
  readonly masks?: readonly Mask[];
}

/** What can be said when a layer is applied. */
export interface ApplyOptions {
  /** Default: as in the trace under way; false outside of one. */
  readonly training?: boolean;
  /** Replaces the mask that the (first) input brings along. */
  readonly mask?: Mask;
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

/** A repeated `build` asked for a weight of another shape than the one there is. */
class MismatchError extends Error {}

/** A weight and whether it was made to be trained. */
interface Weight {
  readonly variable: Variable;
  readonly trainable: boolean;
}

/**
 * A layer: a function on nodes that may have weights.
 *
 * Subclasses give a `static type`, make weights in `build` with {@link addWeight}, and compute in `call`. Layers kept in public
 * fields (also in arrays) belong to the layer: their weights are among its weights. Those in private fields are told by
 * {@link track}. Inside `call`, other layers are used by {@link apply}.
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
  /** Names of the class's own options, so that others are refused. A class without the list takes any. */
  static readonly optionNames?: OptionNames;

  /** What the layer was made with: its config. */
  readonly options: Readonly<O>;
  readonly name: string;
  #trainable: boolean;
  readonly #weights: Weight[] = [];
  readonly #tracked: Layer[] = [];
  #inputShape: Shapes | undefined;
  #outputShape: Shapes | undefined;
  /** The shapes `build` ran for last. */
  #latest: { readonly input: Shapes; readonly output: Shapes } | undefined;
  /** Whether `build` makes layers: repeated, it would put new ones in the place of those that were trained. */
  #makesParts = false;
  /** Number of weights a repeated `build` has asked for so far. */
  #rebuilt: number | undefined;

  constructor(options?: O) {
    this.options = options ?? ({} as O);
    checkOwnOptions(this, this.type, this.options, layerOptions);
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

  /**
   * Options that make a layer like this one, its name included: what saving and cloning go by. Default: those it was made with. To be
   * overridden where the constructor takes something else, or where the layer has learned what is no weight.
   */
  getConfig(): O {
    return { ...this.options, name: this.name };
  }

  /** The layer as part of a saved model. */
  toRecord(writer: RecordWriter): LayerRecord {
    return { ...writer.record(this, this.getConfig()), ...writer.trainable(this) };
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
    for (const layer of this.sublayers) layer.trainable = value;
  }

  /** Layers this one is made of. */
  get sublayers(): readonly Layer[] {
    const kept = Object.values(this).flatMap((value: unknown) =>
      value instanceof Layer || Array.isArray(value) ? value : [],
    ) as unknown[];
    return [...new Set([...this.#tracked, ...kept.filter((value) => value instanceof Layer)])];
  }

  /** Says that `layer`, kept in a private field, is a part of this one. Returns it. */
  protected track<L extends Layer>(layer: L): L {
    this.#tracked.push(layer);
    return layer;
  }

  /** Whether the layer knows what to do with steps that are masked. One that does not refuses them. */
  get supportsMasking(): boolean {
    return false;
  }

  /** The mask of the outputs. Default: that of the (first) input. A list for layers that give several outputs. */
  computeMask(_inputs: Nodes, masks: readonly Mask[]): Mask | readonly Mask[] {
    return masks[0];
  }

  /**
   * Makes the weights for inputs of this shape (batch axis first, unknown sizes null) and returns the shape of the outputs. Layers that
   * take or give several get and return a list of shapes.
   */
  build(inputShape: Shapes): Shapes {
    return inputShape;
  }

  /** Computes the outputs. Runs while a graph is traced: use ops, not JavaScript arithmetic. */
  abstract call(x: Nodes, context: CallContext): Nodes;

  /**
   * Uses the layer: on nodes, inside the `call` of another layer; on what `input` or other layers gave, to make a model.
   *
   * @param x one input, or a list for layers that take several
   * @throws MyelinError when the layer gives several outputs: {@link applyAll} returns them
   */
  apply<T extends Node | SymbolicTensor>(x: T | readonly T[], options: ApplyOptions = {}): T {
    const outputs = this.applyAll(x, options);
    if (outputs.length === 1) return outputs[0]!;
    return fail(this.where, 'a layer with one output', `one with ${outputs.length}`, 'applyAll(x) gives them as a list.');
  }

  /** Uses the layer as {@link apply} does and returns the list of its outputs. */
  applyAll<T extends Node | SymbolicTensor>(x: T | readonly T[], options: ApplyOptions = {}): T[] {
    const inputs = Array.isArray(x) ? (x as readonly T[]) : [x as T];
    if (inputs.length > 0 && inputs.every((one) => one instanceof SymbolicTensor)) {
      return this.#connect(x as SymbolicTensor | readonly SymbolicTensor[], inputs) as T[];
    }
    if (inputs.length > 0 && inputs.every((one) => one instanceof Node)) return this.#invoke(x as Nodes, inputs, options) as T[];
    const hint = 'use model.predict(data) for data; input({ shape }) starts a model.';
    return fail(`${this.where}.apply`, 'what input() or a layer gave, or nodes', describe(x), hint);
  }

  /**
   * Which outputs will have a mask when the inputs do as `masked` says: so that a mask nobody looks at is refused while a model is made.
   *
   * @throws MyelinError when an input has one and the layer does not support it
   */
  masksFor(inputShape: Shapes, masked: readonly boolean[]): readonly boolean[] {
    const hasMask = masked.some((one) => one);
    if (hasMask && !this.supportsMasking) this.#refuseMask();
    if (!hasMask && !this.makesMask) return this.ensureBuiltAll(inputShape).map(() => false);
    return withTrace(new Trace(), () => {
      const nodes = shapesIn(inputShape).map((shape, i) =>
        inputNode(`x${i}`, { shape: shape.map((size) => size ?? 2), dtype: 'float32' }),
      );
      const masks = nodes.map(({ shape }, i) =>
        masked[i] ? inputNode(`mask${i}`, { shape: shape.slice(0, 2), dtype: 'float32' }) : undefined,
      );
      const given = this.computeMask(isList(inputShape) ? nodes : nodes[0]!, masks);
      const list = Array.isArray(given) ? (given as readonly Mask[]) : [given as Mask];
      return this.ensureBuiltAll(inputShape).map((_, i) => list[i] !== undefined);
    });
  }

  #refuseMask(): never {
    const hint = 'put a layer that uses the mask up (such as LSTM with returnSequences: false) before it, or switch masking off.';
    return fail(this.where, 'an input without mask, because this layer would ignore it', 'one with a mask', hint);
  }

  #connect(x: SymbolicTensor | readonly SymbolicTensor[], inputs: readonly SymbolicTensor[]): SymbolicTensor[] {
    const given = Array.isArray(x) ? inputs.map(({ shape }) => shape) : inputs[0]!.shape;
    const shapes = this.ensureBuiltAll(given);
    const masked = this.masksFor(
      given,
      inputs.map(({ isMasked }) => isMasked),
    );
    const outputs: SymbolicTensor[] = [];
    const connection = { layer: this as Layer, inputs, isList: Array.isArray(x), outputs };
    shapes.forEach((shape, i) => {
      outputs.push(new SymbolicTensor(shape, this.name, connection, masked[i]));
    });
    return outputs;
  }

  #invoke(x: Nodes, inputs: readonly Node[], options: ApplyOptions): Node[] {
    // The batch of a trace is one of many.
    const shapes = inputs.map(({ shape }): PartialShape => (this.isBuilt ? shape : [null, ...shape.slice(1)]));
    this.ensureBuiltAll(Array.isArray(x) ? shapes : shapes[0]!);
    const trace = isTracing() ? currentTrace() : undefined;
    const masks: Mask[] = inputs.map((node) => trace?.masks.get(node));
    if (options.mask) masks[0] = options.mask;
    const hasMask = masks.some((mask) => mask !== undefined);
    if (hasMask && !this.supportsMasking) this.#refuseMask();
    const result = this.call(x, { training: options.training ?? trace?.training ?? false, mask: masks[0], masks });
    const outputs = Array.isArray(result) ? [...(result as readonly Node[])] : [result as Node];
    if (!outputs.every((one) => one instanceof Node)) {
      fail(this.where, '`call` to return a node', describe(result), 'compute with ops, not with JavaScript arithmetic.');
    }
    if (hasMask || this.makesMask) {
      const given = this.computeMask(x, masks);
      const list = Array.isArray(given) ? (given as readonly Mask[]) : [given as Mask];
      outputs.forEach((node, i) => {
        if (list[i]) trace?.masks.set(node, list[i]);
      });
    }
    trace?.onApply?.(this, outputs);
    return outputs;
  }

  /** Whether the layer makes a mask of inputs that have none, as Embedding and Masking do. */
  get makesMask(): boolean {
    return false;
  }

  /**
   * Builds the layer unless it is built, and returns the shape of its (first) output for such inputs. A layer that is shared must fit
   * each of its inputs; one without weights fits any.
   */
  ensureBuilt(inputShape: Shapes): PartialShape {
    return this.ensureBuiltAll(inputShape)[0]!;
  }

  /** As {@link ensureBuilt}, with the shapes of all outputs. */
  ensureBuiltAll(inputShape: Shapes): readonly PartialShape[] {
    if (!this.#inputShape || !this.#outputShape) {
      const parts = this.sublayers.length;
      try {
        this.#outputShape = this.build(inputShape);
        this.#makesParts = this.sublayers.length > parts;
      } catch (error) {
        // Weights made before the failure would be made a second time.
        this.#weights.length = 0;
        throw error;
      }
      this.#inputShape = inputShape;
      this.#latest = { input: inputShape, output: this.#outputShape };
      return shapesIn(this.#outputShape);
    }
    const { input, output } = this.#latest!;
    return shapesIn(fitShapes(inputShape, input) ? output : this.#rebuild(inputShape));
  }

  /** Builds once more for inputs of another size, with the weights there are: a convolution takes any image, an LSTM any time. */
  #rebuild(inputShape: Shapes): Shapes {
    const { input } = this.#latest!;
    this.#rebuilt = 0;
    try {
      if (this.#makesParts) throw new MismatchError();
      const output = this.build(inputShape);
      this.#latest = { input: inputShape, output };
      return output;
    } catch (error) {
      this.#rebuilt = 0;
      if (!this.#makesParts) this.build(input);
      if (!(error instanceof MismatchError)) throw error;
      const expected = `inputs like those it was built for, ${formatShapes(this.#inputShape!)}`;
      return failShape(this.where, expected, formatShapes(inputShape));
    } finally {
      this.#rebuilt = undefined;
    }
  }

  /** Shape of the inputs the layer was built for, batch axis (null) first; undefined before, and for layers with several inputs. */
  get inputShape(): PartialShape | undefined {
    const shapes = this.inputShapes;
    return shapes?.length === 1 ? shapes[0] : undefined;
  }

  /** Shapes of all inputs the layer was built for; undefined before. */
  get inputShapes(): readonly PartialShape[] | undefined {
    return this.#inputShape && shapesIn(this.#inputShape);
  }

  /** Whether `build` has run. */
  get isBuilt(): boolean {
    return this.#outputShape !== undefined;
  }

  /** Shape of the (first) output, batch axis (null) first. Throws before the layer is built. */
  get outputShape(): PartialShape {
    return this.outputShapes[0]!;
  }

  /** Shapes of all outputs. Throws before the layer is built. */
  get outputShapes(): readonly PartialShape[] {
    if (this.#outputShape) return shapesIn(this.#outputShape);
    return fail(
      this.where,
      'a layer that is built',
      'one that is not',
      'give the model an inputShape, or call model.build(shape).',
    );
  }

  /** Makes a weight. For use in `build`. */
  protected addWeight(name: string, shape: Shape, options: WeightOptions = {}): Variable {
    if (this.#rebuilt !== undefined) {
      const known = this.#weights[this.#rebuilt++]?.variable;
      if (known && sameShape(known.shape, shape)) return known;
      throw new MismatchError();
    }
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

  /** All weights: those made to be trained first, then the others, each in the order they were made; then those of {@link sublayers}. */
  get weights(): Variable[] {
    const own = [...this.#weights.filter((weight) => weight.trainable), ...this.#weights.filter((weight) => !weight.trainable)];
    return unique([...own.map(({ variable }) => variable), ...this.sublayers.flatMap((layer) => layer.weights)]);
  }

  /** Weights the optimizer changes: none when the layer is frozen. */
  get trainableWeights(): Variable[] {
    if (!this.#trainable) return [];
    const own = this.#weights.filter((weight) => weight.trainable).map(({ variable }) => variable);
    return unique([...own, ...this.sublayers.flatMap((layer) => layer.trainableWeights)]);
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

function unique<T>(list: readonly T[]): T[] {
  return [...new Set(list)];
}

/** The shapes as a list. */
export function shapesIn(shapes: Shapes): readonly PartialShape[] {
  return isList(shapes) ? shapes : [shapes];
}

function isList(shapes: Shapes): shapes is readonly PartialShape[] {
  return shapes.length > 0 && shapes.every((one: unknown) => Array.isArray(one));
}

/** `[?, 4]`, or `[?, 4] and [?, 3]`. */
function formatShapes(shapes: Shapes): string {
  return shapesIn(shapes).map(formatShape).join(' and ');
}

function fitShapes(shapes: Shapes, expected: Shapes): boolean {
  const [a, b] = [shapesIn(shapes), shapesIn(expected)];
  return a.length === b.length && a.every((shape, i) => fitsShape(shape, b[i]!));
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

import { describe, fail, failShape } from '../base/fail.ts';
import { fitsShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { checkSample } from '../layers/checks.ts';
import { type CallContext, Layer, type LayerOptions, type Shapes, shapesIn } from '../layers/layer.ts';
import type { LayerRecord, RecordWriter } from '../layers/record.ts';
import { Model } from './model.ts';

/** Options of {@link Sequential}. */
export interface SequentialOptions extends LayerOptions {
  /** The layers, for those who write all in one object. */
  readonly layers?: readonly Layer[];
}

/**
 * A stack of layers, each fed with the outputs of the one before. It is built as soon as the first layer's `inputShape` is known, at
 * the latest by the first `fit`.
 *
 * @example
 * const model = new Sequential([
 *   new Dense({ units: 8, activation: 'tanh', inputShape: [2] }),
 *   new Dense({ units: 1 }),
 * ]);
 * model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
 * await model.fit(x, y, { epochs: 10 });
 */
export class Sequential extends Model {
  static override readonly type: string = 'Sequential';
  readonly #layers: Layer[] = [];
  /** Output shapes of the layers, as far as they are built. */
  #shapes: PartialShape[] = [];
  /** Whether those outputs will have a mask. */
  readonly #masked: boolean[] = [];
  #inputShape: PartialShape | undefined;

  /**
   * Takes the layers and the options, or options among which the layers are.
   *
   * @throws MyelinError when something in the list is no layer, or a layer appears twice
   */
  constructor(layers: readonly Layer[] | SequentialOptions = [], options: LayerOptions = {}) {
    const { layers: list, ...others } = isOptions(layers) ? layers : { ...options, layers };
    super(others);
    if (list === undefined) return;
    if (!Array.isArray(list)) fail(this.where, 'a list of layers', describe(list));
    for (const layer of list) this.add(layer);
  }

  override get layers(): readonly Layer[] {
    return this.#layers;
  }

  override get isStack(): boolean {
    return true;
  }

  override get inputShapes(): readonly PartialShape[] | undefined {
    return this.#inputShape && [this.#inputShape];
  }

  override get inputNames(): readonly string[] {
    return ['input'];
  }

  override get outputNames(): readonly string[] {
    return this.namesOf(1);
  }

  override get outputShapes(): readonly PartialShape[] {
    return this.isBuilt ? [this.#shapes.at(-1)!] : super.outputShapes;
  }

  override get isBuilt(): boolean {
    return this.#layers.length > 0 && this.#shapes.length === this.#layers.length;
  }

  /** Puts a layer on top. */
  add(layer: Layer): void {
    if (!(layer instanceof Layer)) fail(this.where, 'a layer', describe(layer), 'such as new Dense({ units: 10 }).');
    if (this.#layers.includes(layer)) fail(this.where, 'every layer once', `${layer.where} twice`);
    if (this.#layers.some(({ name }) => name === layer.name)) {
      fail(this.where, 'layers of different names', `two called "${layer.name}"`, 'give one of them another `name`.');
    }
    const isFirst = this.#layers.length === 0;
    const inputShape = isFirst ? this.#firstShape(layer) : this.isBuilt ? this.outputShape : undefined;
    // Built before it is kept, so that a layer that does not fit leaves the model as it was.
    if (inputShape) {
      const shape = layer.ensureBuilt(inputShape);
      const [isMasked = false] = layer.masksFor(inputShape, [this.#masked.at(-1) ?? false]);
      this.#shapes.push(shape);
      this.#masked.push(isMasked);
    }
    if (isFirst) this.#inputShape = inputShape;
    this.#layers.push(layer);
  }

  /** Shape of the model's inputs, if it can be told when there is but the first layer. */
  #firstShape(layer: Layer): PartialShape | undefined {
    const sample = this.options.inputShape ?? layer.options.inputShape;
    if (sample) return [null, ...sample];
    // A layer taken from another model brings its weights along, and they fit one shape.
    return layer.weights.length > 0 ? layer.inputShape : undefined;
  }

  /** Takes the top layer off and returns it. */
  pop(): Layer {
    const layer = this.#layers.pop();
    if (!layer) return fail(`${this.where}.pop`, 'a model with layers', 'an empty one');
    this.#shapes.length = Math.min(this.#shapes.length, this.#layers.length);
    this.#masked.length = this.#shapes.length;
    if (this.#layers.length === 0) this.#inputShape = undefined;
    return layer;
  }

  override build(inputShape: PartialShape): PartialShape {
    if (this.#layers.length === 0) fail(this.where, 'at least one layer', 'none');
    checkSample(`${this.where}.build`, inputShape);
    const first: PartialShape = [null, ...inputShape.slice(1)];
    this.#shapes = this.#shapesFor(first);
    this.#inputShape = first;
    return this.outputShape;
  }

  override ensureBuiltAll(inputShape: Shapes): readonly PartialShape[] {
    const [shape, ...others] = shapesIn(inputShape);
    if (!shape || others.length > 0) failShape(this.where, 'one input', `${others.length + 1}`);
    if (!this.isBuilt) this.build(shape);
    return [fitsShape(shape, this.#inputShape!) ? this.outputShape : this.#shapesFor(shape).at(-1)!];
  }

  override toRecord(writer: RecordWriter): LayerRecord {
    return { ...writer.record(this, this.getConfig()), layers: this.#layers.map((layer) => writer.layer(layer)) };
  }

  /** Output shapes of all layers for inputs of this shape. */
  #shapesFor(inputShape: PartialShape): PartialShape[] {
    let shape = inputShape;
    let isMasked = false;
    return this.#layers.map((layer, i) => {
      const output = layer.ensureBuilt(shape);
      isMasked = layer.masksFor(shape, [isMasked])[0] ?? false;
      this.#masked[i] = isMasked;
      shape = output;
      return shape;
    });
  }

  override call(x: Node, context: CallContext): Node {
    const { training } = context;
    return this.#layers.reduce<Node>((node, layer) => layer.apply(node, { training }), x);
  }
}

function isOptions(value: readonly Layer[] | SequentialOptions): value is SequentialOptions {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

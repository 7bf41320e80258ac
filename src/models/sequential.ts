import { describe, fail } from '../base/fail.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { CallContext, Layer, LayerOptions } from '../layers/layer.ts';
import { layerArgument, Model } from './model.ts';

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
  #inputShape: PartialShape | undefined;

  /** @throws MyelinError when something in the list is no layer, or a layer appears twice */
  constructor(layers: readonly Layer[] = [], options: LayerOptions = {}) {
    super(options);
    if (!Array.isArray(layers)) fail(this.where, 'a list of layers', describe(layers));
    for (const layer of layers) this.add(layer);
  }

  override get layers(): readonly Layer[] {
    return this.#layers;
  }

  override get inputShape(): PartialShape | undefined {
    return this.#inputShape;
  }

  override get outputShape(): PartialShape {
    return this.#layers.length > 0 && this.isBuilt ? this.#layers[this.#layers.length - 1]!.outputShape : super.outputShape;
  }

  override get isBuilt(): boolean {
    return this.#inputShape !== undefined && this.#layers.every((layer) => layer.isBuilt);
  }

  /** Puts a layer on top. */
  add(layer: Layer): void {
    layerArgument(this.where, layer);
    if (this.#layers.includes(layer)) fail(this.where, 'every layer once', `${layer.where} twice`);
    if (this.#layers.some(({ name }) => name === layer.name)) {
      fail(this.where, 'layers of different names', `two called "${layer.name}"`, 'give one of them another `name`.');
    }
    const sample = this.#layers.length === 0 ? (this.options.inputShape ?? layer.options.inputShape) : undefined;
    if (this.#layers.length === 0 && sample) this.#inputShape = [null, ...sample];
    const before = this.#layers[this.#layers.length - 1];
    const inputShape = before ? (before.isBuilt && this.#inputShape ? before.outputShape : undefined) : this.#inputShape;
    // Built before it is kept, so that a layer that does not fit leaves the model as it was.
    if (inputShape) layer.ensureBuilt(inputShape);
    this.#layers.push(layer);
  }

  /** Takes the top layer off and returns it. */
  pop(): Layer {
    const layer = this.#layers.pop();
    if (!layer) return fail(`${this.where}.pop`, 'a model with layers', 'an empty one');
    if (this.#layers.length === 0) this.#inputShape = undefined;
    return layer;
  }

  override build(inputShape: PartialShape): PartialShape {
    if (this.#layers.length === 0) fail(this.where, 'at least one layer', 'none');
    this.#inputShape = [null, ...inputShape.slice(1)];
    return this.#layers.reduce((shape, layer) => layer.ensureBuilt(shape), this.#inputShape);
  }

  override ensureBuilt(inputShape: PartialShape): PartialShape {
    return this.isBuilt ? this.outputShape : this.build(inputShape);
  }

  override call(x: Node, context: CallContext): Node {
    return this.#layers.reduce((node, layer) => {
      layer.ensureBuilt(node.shape);
      return layer.call(node, context);
    }, x);
  }
}

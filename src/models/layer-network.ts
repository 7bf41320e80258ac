/**
 * @file What a model is made of, apart from how it is trained: layers and how they are connected, names and shapes of inputs and outputs,
 * and the forms a model can be written in. A model is a layer made of layers, so models nest.
 */

import { fail } from '../base/fail.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { type CallContext, Layer, type LayerOptions, type Mask, type Nodes, type Shapes, shapesIn } from '../layers/layer.ts';
import type { LayerRecord, RecordWriter } from '../layers/record.ts';
import { type ModelJSON, modelJSON } from './model-json.ts';
import { type Ends, Network } from './network.ts';
import { networkRecord } from './network-record.ts';
import { pictureOf } from './picture.ts';
import { mermaidOf } from './picture-mermaid.ts';
import { svgOf } from './picture-svg.ts';
import { shapesByTracing } from './structure.ts';

/** Options of {@link Model}. */
export interface ModelOptions extends LayerOptions {
  /** Where the model begins: what {@link input} gave, or what a layer made of it. One, a list, or an object that names them. */
  readonly inputs?: Ends;
  /** Where it ends: what layers made of the inputs. One, a list, or an object that names them. */
  readonly outputs?: Ends;
}

/** Layers that are connected; see {@link Model}, which is what is made of it. */
export abstract class LayerNetwork<O extends ModelOptions = ModelOptions> extends Layer<O> {
  readonly #network: Network | undefined;

  /** @throws MyelinError when an output cannot be computed from the inputs, or layers share a name */
  // The type of what is given is not that of the model: those of all models are to be the same.
  constructor(options?: NoInfer<O & ModelOptions>) {
    super(options);
    const { inputs, outputs } = this.options;
    if (inputs === undefined && outputs === undefined) return;
    if (inputs === undefined || outputs === undefined) fail(this.where, 'both `inputs` and `outputs`', 'only one of them');
    this.#network = new Network(this.where, inputs, outputs);
  }

  /** The layers, in the order in which they are first used. */
  get layers(): readonly Layer[] {
    return this.#network ? this.#network.layers : super.sublayers;
  }

  override get sublayers(): readonly Layer[] {
    return this.layers;
  }

  /** How the layers are connected; undefined where only `call` knows. */
  get network(): Network | undefined {
    return this.#network;
  }

  /** Whether every layer is fed with what the one before gave, and with nothing else. */
  get isStack(): boolean {
    return this.#network?.isStack ?? false;
  }

  /** Names of the inputs, in order; undefined for a model that was written as a subclass. */
  get inputNames(): readonly string[] | undefined {
    return this.#network?.inputNames;
  }

  /** Names of the outputs, in order; undefined for a subclass that has not run yet. */
  get outputNames(): readonly string[] | undefined {
    if (this.#network) return this.#network.outputNames;
    return this.isBuilt ? this.namesOf(this.outputShapes.length) : undefined;
  }

  /** Names of the outputs when there are `count` of them. */
  namesOf(count: number): readonly string[] {
    if (this.#network) return this.#network.outputNames;
    return count === 1 ? ['output'] : Array.from({ length: count }, (_, i) => `output_${i + 1}`);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** The layers inside have said what is masked. */
  override computeMask(): Mask {
    return undefined;
  }

  override get isBuilt(): boolean {
    return this.#network !== undefined || super.isBuilt;
  }

  override get inputShapes(): readonly PartialShape[] | undefined {
    return this.#network ? this.#network.inputs.map(({ shape }) => shape) : super.inputShapes;
  }

  override get outputShapes(): readonly PartialShape[] {
    return this.#network ? this.#network.outputs.map(({ shape }) => shape) : super.outputShapes;
  }

  override build(inputShape: Shapes): Shapes {
    if (this.#network) return this.#network.shapesFor(this.where, shapesIn(inputShape));
    return shapesByTracing(this, inputShape);
  }

  override ensureBuiltAll(inputShape: Shapes): readonly PartialShape[] {
    return this.#network ? this.#network.shapesFor(this.where, shapesIn(inputShape)) : super.ensureBuiltAll(inputShape);
  }

  override call(x: Nodes, { training }: CallContext): Nodes {
    if (!this.#network) fail(this.where, '`inputs` and `outputs`, or a subclass with a `call`', 'neither');
    return this.#network.run(this.where, Array.isArray(x) ? (x as readonly Node[]) : [x as Node], training);
  }

  override toRecord(writer: RecordWriter): LayerRecord {
    const { inputs: _inputs, outputs: _outputs, ...config }: ModelOptions = this.getConfig();
    const record = writer.record(this, config);
    return this.#network
      ? { ...record, network: networkRecord(writer, this.#network) }
      : { ...record, ...writer.trainable(this) };
  }

  /**
   * The model as plain JSON, without weights: what `modelFromJSON` takes. Also what `JSON.stringify` writes.
   *
   * @throws MyelinError naming the layer that has a function among its options: functions cannot be saved
   */
  toJSON(): ModelJSON {
    return modelJSON(this);
  }

  /** The model as a flowchart in Mermaid's language. */
  toMermaid(): string {
    return mermaidOf(pictureOf(this));
  }

  /** The model as a drawing of its own: the text of an SVG file. */
  toSVG(): string {
    return svgOf(pictureOf(this));
  }

  override get weights(): Variable[] {
    return [...new Set(this.layers.flatMap((layer) => layer.weights))];
  }

  override get trainableWeights(): Variable[] {
    return this.trainable ? [...new Set(this.layers.flatMap((layer) => layer.trainableWeights))] : [];
  }

  /** Names of all weights, in the order of {@link getWeights}. */
  get weightNames(): readonly string[] {
    return this.weights.map(({ name }) => name);
  }
}

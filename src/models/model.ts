/** @file What a person drives: compile, fit, evaluate, predict. A model is a layer made of layers, so models nest. */

import { fail } from '../base/fail.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import { CallbackList, type History, type Logs, ProgressBar, standardVerbosity, type TrainedModel } from '../callbacks/index.ts';
import { checkSampleShape, concatenateRows } from '../data/arrays.ts';
import { ready } from '../engine/index.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { type CallContext, Layer, type LayerOptions, type Mask, type Nodes, type Shapes, shapesIn } from '../layers/layer.ts';
import type { LayerRecord, RecordWriter } from '../layers/record.ts';
import { hasPenalties } from '../layers/weight-rules.ts';
import {
  type BatchOptions,
  batchSizeOf,
  checkBatchOptions,
  checkEvaluateOptions,
  countOf,
  type DataLike,
  type EvaluateOptions,
  type FitOptions,
  inputsOf,
  type Ports,
  type Samples,
  samplesOf,
  sliceSamples,
} from './arguments.ts';
import { Compiled, type CompileOptions, RunningResults } from './compiled.ts';
import { fitArrays, type Trainee, throwIfAborted } from './fit.ts';
import { type ModelJSON, modelJSON } from './model-json.ts';
import { type Ends, Network } from './network.ts';
import { networkRecord } from './network-record.ts';
import { pace } from './pace.ts';
import { pictureOf } from './picture.ts';
import { mermaidOf } from './picture-mermaid.ts';
import { svgOf } from './picture-svg.ts';
import { type SampleSpec, Step, type StepRequest, sampleSpec, sampleSpecs } from './step.ts';
import { shapesByTracing, structureOf } from './structure.ts';
import { type SummaryOptions, summarize } from './summary.ts';

/** Compiled steps a model keeps; every combination of batch size and sample shape needs its own. */
const stepCacheSize = 32;

/** Options of {@link Model}. */
export interface ModelOptions extends LayerOptions {
  /** Where the model begins: what {@link input} gave, or what a layer made of it. One, a list, or an object that names them. */
  readonly inputs?: Ends;
  /** Where it ends: what layers made of the inputs. One, a list, or an object that names them. */
  readonly outputs?: Ends;
}

/**
 * A model: layers, and the methods that train and use them. There are three ways to write one: {@link Sequential} for a stack of
 * layers; `inputs` and `outputs` for branches, shared layers, several inputs or outputs; and a subclass with a `call` of its own, whose
 * layers are its public fields (those in private ones are told by `track`).
 *
 * @example
 * const [price, photo] = [input({ shape: [8] }), input({ shape: [32, 32, 3] })];
 * const seen = new Flatten().apply(new Conv2D({ filters: 8, kernelSize: 3 }).apply(photo));
 * const both = new Concatenate().apply([price, seen]);
 * const model = new Model({ inputs: { price, photo }, outputs: new Dense({ units: 1 }).apply(both) });
 *
 * @example
 * class Residual extends Model {
 *   static override readonly type: string = 'Residual';
 *   inner = new Dense({ units: 16, activation: 'relu' });
 *   outer = new Dense({ units: 4 });
 *   override call(x: Node) { return ops.add(x, this.outer.apply(this.inner.apply(x))); }
 * }
 */
export class Model<O extends ModelOptions = ModelOptions> extends Layer<O> implements TrainedModel {
  static override readonly type: string = 'Model';

  /** Set to true by a callback, ends `fit` after the current step. */
  stopTraining = false;
  #compiled: Compiled | undefined;
  readonly #steps = new Map<string, Step>();
  /** The run under way, if there is one; it never rejects. */
  #running: Promise<unknown> | undefined;

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

  /**
   * Says how the model is to be trained. Weights stay as they are; a new optimizer starts fresh.
   *
   * @throws MyelinError when a name is unknown (with the nearest known one), the loss is missing, or the model is running
   */
  compile(options: CompileOptions): void {
    this.#refuseWhileBusy('compile');
    this.#compiled = new Compiled(`${this.where}.compile`, options, this.outputNames);
    this.#clearSteps();
  }

  /** Names of all weights, in the order of {@link getWeights}. */
  get weightNames(): readonly string[] {
    return this.weights.map(({ name }) => name);
  }

  /** Which way the metric of this name in the logs is better; undefined when there is none or it does not say. */
  directionOf(name: string): 'max' | 'min' | undefined {
    return this.#compiled?.directionOf(name);
  }

  /** The optimizer given to {@link compile}. */
  get optimizer(): Compiled['optimizer'] {
    return this.#needCompiled('optimizer').optimizer;
  }

  /**
   * Trains the model.
   *
   * @param x inputs: nested arrays, a tensor, or a typed array; the first axis counts samples. A model with several inputs takes a list
   *   in their order, or an object by their names
   * @param y targets, as many, in the same way
   * @returns loss and metrics of every epoch
   * @throws MyelinError before anything runs when data or options do not fit; AbortError when cancelled. The model stays usable
   */
  async fit(x: DataLike, y: DataLike, options: FitOptions = {}): Promise<History> {
    this.#needCompiled('fit');
    return this.#exclusively('fit', () => fitArrays(this.#trainee('fit'), x, y, options));
  }

  /** Loss and metrics on `x` and `y`, without training: `{ loss, accuracy, … }`. */
  async evaluate(x: DataLike, y: DataLike, options: EvaluateOptions = {}): Promise<Logs> {
    this.#needCompiled('evaluate');
    return this.#exclusively('evaluate', async () => {
      const trainee = this.#trainee('evaluate');
      checkEvaluateOptions(trainee.where, options);
      const batchSize = batchSizeOf(trainee.where, options);
      const data = samplesOf(trainee.where, x, y, trainee.ports, options);
      trainee.prepare(data);
      const verbose = standardVerbosity(options.verbose ?? 'auto');
      const callbacks = new CallbackList(trainee.where, options.callbacks, verbose ? [new ProgressBar(verbose)] : []);
      return trainee.test(data, batchSize, callbacks, options.signal);
    });
  }

  /**
   * The model's output for `x`, layers behaving as in use (no dropout, moving statistics).
   *
   * @returns a tensor with as many rows as `x`
   * @throws MyelinError when the model has several outputs: {@link predictAll} returns them
   */
  async predict(x: DataLike, options: BatchOptions = {}): Promise<Tensor> {
    const outputs = await this.#predict('predict', x, options);
    if (outputs.length === 1) return outputs[0]!;
    const hint = 'predictAll(x) gives them by name.';
    return fail(`${this.where}.predict`, 'a model with one output', `one with ${outputs.length}`, hint);
  }

  /** The model's outputs for `x` by their names, see {@link outputNames}. */
  async predictAll(x: DataLike, options: BatchOptions = {}): Promise<Record<string, Tensor>> {
    const outputs = await this.#predict('predictAll', x, options);
    const names = this.namesOf(outputs.length);
    return Object.fromEntries(outputs.map((output, i) => [names[i]!, output]));
  }

  async #predict(method: string, x: DataLike, options: BatchOptions): Promise<Tensor[]> {
    const where = `${this.where}.${method}`;
    return this.#exclusively(method, async () => {
      checkBatchOptions(where, options);
      const batchSize = batchSizeOf(where, options);
      const inputs = inputsOf(where, 'x', x, this.#ports, options.checkFinite);
      if (!this.isBuilt)
        fail(where, 'a model that is built', 'one that is not', 'give the first layer an inputShape, or fit the model first.');
      this.#prepare(where, { x: inputs, y: [], weights: [] });
      const verbose = standardVerbosity(options.verbose ?? 0);
      const bar = new CallbackList(where, [], verbose ? [new ProgressBar(verbose)] : []);
      const parts: Tensor[][] = [];
      const count = countOf({ x: inputs });
      await bar.call('onTestBegin', Math.ceil(count / batchSize));
      for (let start = 0; start < count; start += batchSize) {
        throwIfAborted(where, options.signal);
        const rows = inputs.map((part) => part.slice(start, start + batchSize));
        const batch = countOf({ x: rows });
        const step = await this.#step({ kind: 'predict', feed: 'direct', batch, x: inputs.map(sampleSpec) });
        step.feed({ x: rows.map(({ data }) => data), y: [], weights: [] });
        const pending = step.run();
        if (pending) await pending;
        parts.push(step.outputs());
        if (verbose === 1) await bar.call('onTestBatchEnd', parts.length - 1, {});
        if (pace.isDue) await pace.rest();
      }
      await bar.call('onTestEnd', {});
      return parts[0]!.map((_, output) => concatenateRows(parts.map((batch) => batch[output]!)));
    });
  }

  /** One training step on one batch. Returns its loss and metrics, from before the update. */
  async trainOnBatch(x: DataLike, y: DataLike): Promise<Logs> {
    return this.#onBatch('trainOnBatch', 'train', x, y);
  }

  /** Loss and metrics of one batch. */
  async testOnBatch(x: DataLike, y: DataLike): Promise<Logs> {
    return this.#onBatch('testOnBatch', 'test', x, y);
  }

  /** Outputs for one batch. */
  async predictOnBatch(x: DataLike): Promise<Tensor> {
    const inputs = inputsOf(`${this.where}.predictOnBatch`, 'x', x, this.#ports);
    return this.predict(inputs.length === 1 ? inputs[0]! : inputs, { batchSize: countOf({ x: inputs }) });
  }

  /** Prints a table of the layers, their output shapes and parameters. */
  summary(options: SummaryOptions = {}): void {
    const { optimizer } = this.#compiled ?? {};
    // What the optimizer will keep per weight is counted before the first step, too.
    if (this.isBuilt) optimizer?.build(this.trainableWeights);
    const text = summarize(this, (this.isBuilt && optimizer?.variables) || [], options);
    if (options.print) options.print(text);
    else console.log(text);
  }

  async #onBatch(method: string, kind: 'train' | 'test', x: DataLike, y: DataLike): Promise<Logs> {
    this.#needCompiled(method);
    return this.#exclusively(method, async () => {
      const trainee = this.#trainee(method);
      const data = samplesOf(trainee.where, x, y, trainee.ports);
      trainee.prepare(data);
      const step = await this.#step({ kind, feed: 'direct', batch: countOf(data), ...sampleSpecs(data) });
      feedBatch(step, data);
      const pending = step.run();
      if (pending) await pending;
      const results = new RunningResults(step.results);
      step.collect(results);
      return results.logs();
    });
  }

  #needCompiled(method: string): Compiled {
    return (
      this.#compiled ??
      fail(`${this.where}.${method}`, 'a compiled model', 'one that is not', 'call model.compile({ optimizer, loss }) first.')
    );
  }

  /** Keeps two runs from stepping on each other's buffers. */
  async #exclusively<T>(method: string, run: () => Promise<T>): Promise<T> {
    this.#refuseWhileBusy(method);
    const whole = async (): Promise<T> => {
      await ready();
      // Building the model just before may have taken a while.
      if (pace.isDue) await pace.rest();
      return run();
    };
    const result = whole();
    const running = result.catch(() => {});
    this.#running = running;
    try {
      return await result;
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  #refuseWhileBusy(method: string): void {
    if (!this.#running) return;
    const hint = 'await the previous call first; callbacks may use their model when an epoch begins or ends.';
    fail(`${this.where}.${method}`, 'a model that is not running', 'one that is', hint);
  }

  /** Lets callbacks use the model between two epochs: no step is under way then, and none is kept over it. */
  async #lend(call: () => Promise<void>): Promise<void> {
    const mine = this.#running;
    this.#running = undefined;
    try {
      await call();
    } finally {
      // What a callback started and did not wait for is waited for here.
      while (this.#running) await this.#running;
      this.#running = mine;
    }
  }

  #trainee(method: string): Trainee {
    const model = this;
    return {
      where: `${this.where}.${method}`,
      ports: this.#ports,
      model: this,
      get stopTraining() {
        return model.stopTraining;
      },
      set stopTraining(value: boolean) {
        model.stopTraining = value;
      },
      step: (request) => this.#step(request),
      lend: (call) => this.#lend(call),
      prepare: (data) => this.#prepare(`${this.where}.${method}`, data),
      test: (data, batchSize, callbacks, signal) => this.#test(`${this.where}.${method}`, data, batchSize, callbacks, signal),
    };
  }

  get #ports(): Ports {
    return { inputs: this.inputNames, outputs: this.outputNames };
  }

  #prepare(where: string, { x, y }: Samples): void {
    if (!this.isBuilt) {
      const shapes = x.map(({ shape }): PartialShape => [null, ...shape.slice(1)]);
      this.ensureBuiltAll(shapes.length === 1 ? shapes[0]! : shapes);
    }
    const { inputShapes = [] } = this;
    if (inputShapes.length !== x.length) fail(where, `${inputShapes.length} inputs`, `${x.length}`);
    x.forEach((part, i) => {
      checkSampleShape(where, part, inputShapes[i]!);
    });
    if (y.length === 0 || !this.#compiled) return;
    const shapes = this.outputShapes;
    const names = this.namesOf(shapes.length);
    this.#compiled.settle(names);
    if (y.length !== shapes.length) fail(where, `targets for ${shapes.length} outputs (${names.join(', ')})`, `${y.length}`);
    y.forEach((targets, i) => {
      const { loss } = this.#compiled!.gearOf(names[i]!);
      if (!loss) return;
      if (!targets) fail(where, `targets for "${names[i]}"`, 'none', 'outputs without a loss need no targets.');
      loss.validateTargets(targets, [targets.shape[0]!, ...shapes[i]!.slice(1)], where);
    });
  }

  async #step(request: StepRequest): Promise<Step> {
    const { kind, feed, batch, x, y = [], weights = [] } = request;
    // Penalties of the weights that are trained count in evaluation, too.
    const isTraining = kind === 'train' || (kind === 'test' && hasPenalties(this.weights));
    const spec = (sample: SampleSpec | undefined): string => (sample ? `${sample.dtype}${formatShape(sample.shape)}` : '');
    const specs = [x, y, weights].map((list) => list.map(spec).join('; '));
    const key = `${kind} ${feed} ${batch} ${specs.join(' -> ')} ${structureOf(this, isTraining)}`;
    const known = this.#steps.get(key);
    const step = known ?? (await Step.create(this, this.#compiled, request));
    // The step asked for last comes last, so that what is dropped is never a step in use.
    if (known) this.#steps.delete(key);
    this.#steps.set(key, step);
    if (this.#steps.size > stepCacheSize) this.#drop(this.#steps.keys().next().value!);
    return step;
  }

  #drop(key: string): void {
    this.#steps.get(key)?.executable.release();
    this.#steps.delete(key);
  }

  #clearSteps(): void {
    for (const key of [...this.#steps.keys()]) this.#drop(key);
  }

  async #test(
    where: string,
    data: Samples,
    batchSize: number,
    callbacks: CallbackList,
    signal: AbortSignal | undefined,
  ): Promise<Logs> {
    const count = countOf(data);
    let results: RunningResults | undefined;
    await callbacks.call('onTestBegin', Math.ceil(count / batchSize));
    for (let start = 0, batch = 0; start < count; start += batchSize, batch++) {
      throwIfAborted(where, signal);
      const rows = sliceSamples(data, start, start + batchSize);
      const step = await this.#step({ kind: 'test', feed: 'direct', batch: countOf(rows), ...sampleSpecs(data) });
      results ??= new RunningResults(step.results);
      feedBatch(step, rows);
      const pending = step.run();
      if (pending) await pending;
      step.collect(results);
      if (callbacks.has('onTestBatchEnd')) await callbacks.call('onTestBatchEnd', batch, results.logs());
      if (pace.isDue) await pace.rest();
    }
    const logs = results!.logs();
    await callbacks.call('onTestEnd', logs);
    return logs;
  }
}

function feedBatch(step: Step, { x, y, weights }: Samples): void {
  step.feed({
    x: x.map(({ data }) => data),
    y: y.map((targets) => targets?.data),
    weights: weights.map((part) => part?.data),
  });
}

/** @file What a person drives: compile, fit, evaluate, predict. A model is a layer made of layers, so models nest. */

import { describe, fail } from '../base/fail.ts';
import { keyOf } from '../base/key.ts';
import { formatShape } from '../base/shape.ts';
import { newArray, Tensor, type TensorLike } from '../base/tensor.ts';
import { CallbackList, type History, type Logs, ProgressBar, standardVerbosity, type TrainedModel } from '../callbacks/index.ts';
import { checkFinite, checkSampleShape, samples } from '../data/arrays.ts';
import { ready } from '../engine/index.ts';
import type { Variable } from '../graph/variable.ts';
import { Layer, type LayerOptions } from '../layers/layer.ts';
import { hasPenalties } from '../layers/weight-rules.ts';
import { type BatchOptions, batchSizeOf, checkBatchOptions, type FitOptions, type Pair, pairOf } from './arguments.ts';
import { Compiled, type CompileOptions, RunningResults } from './compiled.ts';
import { fitArrays, type Trainee, throwIfAborted } from './fit.ts';
import { pace } from './pace.ts';
import { Step, type StepRequest, sampleSpec } from './step.ts';
import { type SummaryOptions, summarize } from './summary.ts';

/** Compiled steps a model keeps; every combination of batch size and sample shape needs its own. */
const stepCacheSize = 32;

/** A model: layers, and the methods that train and use them. See {@link Sequential} for the usual kind. */
export abstract class Model<O extends LayerOptions = LayerOptions> extends Layer<O> implements TrainedModel {
  static override readonly type: string = 'Model';

  /** Set to true by a callback, ends `fit` after the current step. */
  stopTraining = false;
  #compiled: Compiled | undefined;
  readonly #steps = new Map<string, Step>();
  /** The run under way, if there is one; it never rejects. */
  #running: Promise<unknown> | undefined;

  /** The layers, in order. */
  abstract get layers(): readonly Layer[];

  /** Whether the layers' weights may be trained; setting it sets it on every layer. */
  override get trainable(): boolean {
    return super.trainable;
  }

  override set trainable(value: boolean) {
    super.trainable = value;
    for (const layer of this.layers) layer.trainable = value;
  }

  override get weights(): Variable[] {
    return [...new Set(this.layers.flatMap((layer) => layer.weights))];
  }

  override get trainableWeights(): Variable[] {
    return super.trainable ? [...new Set(this.layers.flatMap((layer) => layer.trainableWeights))] : [];
  }

  /**
   * Says how the model is to be trained. Weights stay as they are; a new optimizer starts fresh.
   *
   * @throws MyelinError when a name is unknown (with the nearest known one), the loss is missing, or the model is running
   */
  compile(options: CompileOptions): void {
    this.#refuseWhileBusy('compile');
    this.#compiled = new Compiled(`${this.where}.compile`, options);
    this.#clearSteps();
  }

  /** The optimizer given to {@link compile}. */
  get optimizer(): Compiled['optimizer'] {
    return this.#needCompiled('optimizer').optimizer;
  }

  /**
   * Trains the model.
   *
   * @param x inputs: nested arrays, a tensor, or a typed array; the first axis counts samples
   * @param y targets, as many
   * @returns loss and metrics of every epoch
   * @throws MyelinError before anything runs when data or options do not fit; AbortError when cancelled. The model stays usable
   */
  async fit(x: TensorLike, y: TensorLike, options: FitOptions = {}): Promise<History> {
    this.#needCompiled('fit');
    return this.#exclusively('fit', () => fitArrays(this.#trainee('fit'), x, y, options));
  }

  /** Loss and metrics on `x` and `y`, without training: `{ loss, accuracy, … }`. */
  async evaluate(x: TensorLike, y: TensorLike, options: BatchOptions = {}): Promise<Logs> {
    this.#needCompiled('evaluate');
    return this.#exclusively('evaluate', async () => {
      const trainee = this.#trainee('evaluate');
      checkBatchOptions(trainee.where, options);
      const batchSize = batchSizeOf(trainee.where, options);
      const pair = pairOf(trainee.where, x, y, options.checkFinite);
      trainee.prepare(pair.x, pair.y);
      const verbose = standardVerbosity(options.verbose ?? 'auto');
      const callbacks = new CallbackList(trainee.where, options.callbacks, verbose ? [new ProgressBar(verbose)] : []);
      return trainee.test(pair, batchSize, callbacks, options.signal);
    });
  }

  /**
   * The model's outputs for `x`, layers behaving as in use (no dropout, moving statistics).
   *
   * @returns a tensor with as many rows as `x`
   */
  async predict(x: TensorLike, options: BatchOptions = {}): Promise<Tensor> {
    const where = `${this.where}.predict`;
    return this.#exclusively('predict', async () => {
      checkBatchOptions(where, options);
      const batchSize = batchSizeOf(where, options);
      const data = samples(where, 'x', x);
      if (options.checkFinite) checkFinite(where, 'x', data);
      if (!this.isBuilt)
        fail(where, 'a model that is built', 'one that is not', 'give the first layer an inputShape, or fit the model first.');
      this.#prepare(where, data);
      const verbose = standardVerbosity(options.verbose ?? 0);
      const bar = new CallbackList(where, [], verbose ? [new ProgressBar(verbose)] : []);
      const parts: Tensor[] = [];
      const count = data.shape[0]!;
      await bar.call('onTestBegin', Math.ceil(count / batchSize));
      for (let start = 0; start < count; start += batchSize) {
        throwIfAborted(where, options.signal);
        const rows = data.slice(start, start + batchSize);
        const step = await this.#step({ kind: 'predict', feed: 'direct', batch: rows.shape[0]!, x: sampleSpec(data) });
        step.feed(rows.data);
        const pending = step.run();
        if (pending) await pending;
        parts.push(step.output());
        if (verbose === 1) await bar.call('onTestBatchEnd', parts.length - 1, {});
        if (pace.isDue) await pace.rest();
      }
      await bar.call('onTestEnd', {});
      return concatenateRows(parts);
    });
  }

  /** One training step on one batch. Returns its loss and metrics, from before the update. */
  async trainOnBatch(x: TensorLike, y: TensorLike): Promise<Logs> {
    return this.#onBatch('trainOnBatch', 'train', x, y);
  }

  /** Loss and metrics of one batch. */
  async testOnBatch(x: TensorLike, y: TensorLike): Promise<Logs> {
    return this.#onBatch('testOnBatch', 'test', x, y);
  }

  /** Outputs for one batch. */
  async predictOnBatch(x: TensorLike): Promise<Tensor> {
    const data = samples(`${this.where}.predictOnBatch`, 'x', x);
    return this.predict(data, { batchSize: data.shape[0]! });
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

  async #onBatch(method: string, kind: 'train' | 'test', x: TensorLike, y: TensorLike): Promise<Logs> {
    this.#needCompiled(method);
    return this.#exclusively(method, async () => {
      const trainee = this.#trainee(method);
      const pair = pairOf(trainee.where, x, y);
      trainee.prepare(pair.x, pair.y);
      const step = await this.#step({
        kind,
        feed: 'direct',
        batch: pair.x.shape[0]!,
        x: sampleSpec(pair.x),
        y: sampleSpec(pair.y),
      });
      step.feed(pair.x.data, pair.y.data);
      const pending = step.run();
      if (pending) await pending;
      const results = new RunningResults(step.metrics, step.statistics);
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
      name: this.name,
      get stopTraining() {
        return model.stopTraining;
      },
      set stopTraining(value: boolean) {
        model.stopTraining = value;
      },
      step: (request) => this.#step(request),
      lend: (call) => this.#lend(call),
      prepare: (x, y) => this.#prepare(`${this.where}.${method}`, x, y),
      test: (pair, batchSize, callbacks, signal) => this.#test(`${this.where}.${method}`, pair, batchSize, callbacks, signal),
    };
  }

  #prepare(where: string, x: Tensor, y?: Tensor): void {
    if (!this.isBuilt) this.ensureBuilt([null, ...x.shape.slice(1)]);
    const { inputShape } = this;
    if (inputShape) checkSampleShape(where, x, inputShape);
    if (!y || !this.#compiled) return;
    const outputShape = [x.shape[0]!, ...this.outputShape.slice(1)];
    this.#compiled.loss.validateTargets(y, outputShape, where);
  }

  async #step(request: StepRequest): Promise<Step> {
    const { kind, feed, batch, x, y } = request;
    // Penalties of the weights that are trained count in evaluation, too.
    const isTraining = kind === 'train' || (kind === 'test' && hasPenalties(this.weights));
    const spec = (sample: typeof x | undefined): string => (sample ? `${sample.dtype}${formatShape(sample.shape)}` : '');
    const key = `${kind} ${feed} ${batch} ${spec(x)} ${spec(y)} ${structureOf(this, isTraining)}`;
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
    { x, y }: Pair,
    batchSize: number,
    callbacks: CallbackList,
    signal: AbortSignal | undefined,
  ): Promise<Logs> {
    const count = x.shape[0]!;
    let results: RunningResults | undefined;
    await callbacks.call('onTestBegin', Math.ceil(count / batchSize));
    for (let start = 0, batch = 0; start < count; start += batchSize, batch++) {
      throwIfAborted(where, signal);
      const rows = { x: x.slice(start, start + batchSize), y: y.slice(start, start + batchSize) };
      const step = await this.#step({
        kind: 'test',
        feed: 'direct',
        batch: rows.x.shape[0]!,
        x: sampleSpec(x),
        y: sampleSpec(y),
      });
      results ??= new RunningResults(step.metrics, step.statistics);
      step.feed(rows.x.data, rows.y.data);
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

/** What a program depends on besides shapes: the layers there are and, in training, which of them and of their weights are trained. */
function structureOf(model: Model, isTraining: boolean): string {
  const parts = model.layers.map((layer) => {
    if (layer instanceof Model) return `(${structureOf(layer, isTraining)})`;
    return isTraining ? `${keyOf(layer)}${layer.trainable}${layer.trainableWeights.length}` : keyOf(layer);
  });
  return `${isTraining && model.trainable} ${parts}`;
}

function concatenateRows(parts: readonly Tensor[]): Tensor {
  if (parts.length === 1) return parts[0]!;
  const rows = parts.reduce((total, part) => total + part.shape[0]!, 0);
  const width = parts[0]!.size / parts[0]!.shape[0]!;
  const data = newArray(parts[0]!.dtype, rows * width);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.size;
  }
  return new Tensor(data, [rows, ...parts[0]!.shape.slice(1)]);
}

/** Whether `value` is a layer; says so in an error if not. */
export function layerArgument(where: string, value: unknown): Layer {
  return value instanceof Layer ? value : fail(where, 'a layer', describe(value), 'such as new Dense({ units: 10 }).');
}

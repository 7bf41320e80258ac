/** @file What a person drives: compile, fit, evaluate, predict. A model is a layer made of layers, so models nest. */

import { describe, fail } from '../base/fail.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import { Tensor, type TensorLike } from '../base/tensor.ts';
import { CallbackList, type History, type Logs, ProgressBar, standardVerbosity, type TrainedModel } from '../callbacks/index.ts';
import { checkFinite, checkSampleShape, samples } from '../data/arrays.ts';
import { ready } from '../engine/index.ts';
import type { Variable } from '../graph/variable.ts';
import { Layer, type LayerOptions } from '../layers/layer.ts';
import { type BatchOptions, batchSizeOf, type FitOptions, type Pair, pairOf } from './arguments.ts';
import { Compiled, type CompileOptions, RunningResults } from './compiled.ts';
import { fitArrays, type Trainee, throwIfAborted } from './fit.ts';
import { Pace } from './pace.ts';
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
  #isBusy = false;

  /** The layers, in order. */
  abstract get layers(): readonly Layer[];

  /** Shape of inputs, batch axis (null) first, when it is known. */
  abstract get inputShape(): PartialShape | undefined;

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
   * @throws MyelinError when a name is unknown (with the nearest known one) or the loss is missing
   */
  compile(options: CompileOptions): void {
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
      const batchSize = batchSizeOf(trainee.where, options);
      const pair = pairOf(trainee.where, x, y, options.checkFinite);
      trainee.prepare(pair.x, pair.y);
      const verbose = standardVerbosity(options.verbose ?? 'auto');
      const callbacks = new CallbackList([...(options.callbacks ?? []), ...(verbose ? [new ProgressBar(verbose)] : [])]);
      return trainee.test(pair, batchSize, callbacks, options.signal, new Pace());
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
      const batchSize = batchSizeOf(where, options);
      const data = samples(where, 'x', x);
      if (options.checkFinite) checkFinite(where, 'x', data);
      if (!this.isBuilt)
        fail(where, 'a model that is built', 'one that is not', 'give the first layer an inputShape, or fit the model first.');
      this.#prepare(where, data);
      const pace = new Pace();
      const parts: Tensor[] = [];
      for (let start = 0; start < data.shape[0]!; start += batchSize) {
        throwIfAborted(where, options.signal);
        const rows = data.slice(start, start + batchSize);
        const step = this.#step({ kind: 'predict', feed: 'direct', batch: rows.shape[0]!, x: sampleSpec(data) });
        step.feed(rows.data);
        const pending = step.run();
        if (pending) await pending;
        parts.push(step.output());
        if (pace.isDue) await pace.rest();
      }
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
    const text = summarize(this, this.#compiled?.optimizer.variables ?? [], options);
    if (options.print) options.print(text);
    else console.log(text);
  }

  async #onBatch(method: string, kind: 'train' | 'test', x: TensorLike, y: TensorLike): Promise<Logs> {
    this.#needCompiled(method);
    return this.#exclusively(method, async () => {
      const trainee = this.#trainee(method);
      const pair = pairOf(trainee.where, x, y);
      trainee.prepare(pair.x, pair.y);
      const step = this.#step({ kind, feed: 'direct', batch: pair.x.shape[0]!, x: sampleSpec(pair.x), y: sampleSpec(pair.y) });
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
    if (this.#isBusy)
      fail(`${this.where}.${method}`, 'a model that is not running', 'one that is', 'await the previous call first.');
    this.#isBusy = true;
    try {
      await ready();
      return await run();
    } finally {
      this.#isBusy = false;
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
      prepare: (x, y) => this.#prepare(`${this.where}.${method}`, x, y),
      test: (pair, batchSize, callbacks, signal, pace) =>
        this.#test(`${this.where}.${method}`, pair, batchSize, callbacks, signal, pace),
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

  #step(request: StepRequest): Step {
    const { kind, feed, batch, x, y } = request;
    const spec = (sample: typeof x | undefined): string => (sample ? `${sample.dtype}${formatShape(sample.shape)}` : '');
    // Freezing a layer changes the program, so the set of trainable weights is part of the key.
    const trained = kind === 'predict' ? '' : this.trainableWeights.map(({ address }) => address).join();
    const key = `${kind} ${feed} ${batch} ${spec(x)} ${spec(y)} ${trained}`;
    let step = this.#steps.get(key);
    if (!step) {
      step = new Step(this, this.#compiled, request);
      this.#steps.set(key, step);
      if (this.#steps.size > stepCacheSize) this.#drop(this.#steps.keys().next().value!);
    }
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
    pace: Pace,
  ): Promise<Logs> {
    const count = x.shape[0]!;
    let results: RunningResults | undefined;
    await callbacks.call('onTestBegin', Math.ceil(count / batchSize));
    for (let start = 0, batch = 0; start < count; start += batchSize, batch++) {
      throwIfAborted(where, signal);
      const rows = { x: x.slice(start, start + batchSize), y: y.slice(start, start + batchSize) };
      const step = this.#step({ kind: 'test', feed: 'direct', batch: rows.x.shape[0]!, x: sampleSpec(x), y: sampleSpec(y) });
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

function concatenateRows(parts: readonly Tensor[]): Tensor {
  if (parts.length === 1) return parts[0]!;
  const rows = parts.reduce((total, part) => total + part.shape[0]!, 0);
  const width = parts[0]!.size / parts[0]!.shape[0]!;
  const data = new Float32Array(rows * width);
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

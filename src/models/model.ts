/** @file What a person drives: compile, fit, evaluate, predict. A model is a layer made of layers, so models nest. */

import { fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Tensor } from '../base/tensor.ts';
import {
  type Callback,
  CallbackList,
  type History,
  type Logs,
  ProgressBar,
  standardVerbosity,
  type TrainedModel,
} from '../callbacks/index.ts';
import { countArgument } from '../data/arrays.ts';
import type { Node } from '../graph/node.ts';
import { currentTrace } from '../graph/trace.ts';
import {
  checkEvaluateOptions,
  checkPredictOptions,
  countOf,
  type DataLike,
  type EvaluateOptions,
  type FitOptions,
  inputsOf,
  type Ports,
  type PredictOptions,
  samplesOf,
} from './arguments.ts';
import { feedSamples } from './batches.ts';
import type { CompileSettings } from './compile-record.ts';
import { Compiled, type CompileOptions } from './compiled.ts';
import { evaluateSource, fitModel, type Trainee } from './fit.ts';
import { type FitEvent, streamFit } from './fit-stream.ts';
import { LayerNetwork, type ModelOptions } from './layer-network.ts';
import { type LoadWeightsOptions, loadWeights, modelToBytes, type SaveOptions, saveModel, saveWeights } from './model-file.ts';
import { argumentsOf, planEvaluation, planFit, planPrediction } from './plan.ts';
import { type PredictionSpread, predictSource, Spread } from './predict.ts';
import { prepareModel } from './prepare.ts';
import { RunningResults } from './running-results.ts';
import type { Source } from './source.ts';
import { StepCache } from './step-cache.ts';
import { type BatchStream, isBatchStream } from './stream.ts';
import { type SummaryOptions, summarize } from './summary.ts';
import { type StepBatch, type StepResults, sampleSpecs, totalLoss } from './trace-step.ts';
import { Turn } from './turn.ts';

export type { ModelOptions } from './layer-network.ts';

/** How much the samples of a single batch count. */
export interface BatchWeights {
  /** As in {@link FitOptions}. */
  readonly sampleWeight?: DataLike;
  /** As in {@link FitOptions}. */
  readonly classWeight?: Readonly<Record<number, number>>;
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
export class Model<O extends ModelOptions = ModelOptions> extends LayerNetwork<O> implements TrainedModel {
  static override readonly type: string = 'Model';

  /** Set to true by a callback, ends `fit` after the current step. */
  stopTraining = false;
  #compiled: Compiled | undefined;
  readonly #steps = new StepCache(this);
  readonly #turn = new Turn(() => this.where);
  #pause: { readonly until: Promise<void>; readonly end: () => void } | undefined;

  /**
   * Says how the model is to be trained. Weights stay as they are; a new optimizer starts fresh.
   *
   * @throws MyelinError when a name is unknown (with the nearest known one), the loss is missing, or the model is running
   */
  compile(options: CompileOptions): void {
    this.#turn.refuseWithin('compile');
    this.#compiled = new Compiled(`${this.where}.compile`, options, this.outputNames);
    this.#steps.clear();
  }

  /** Which way the metric of this name in the logs is better; undefined when there is none or it does not say. */
  directionOf(name: string): 'max' | 'min' | undefined {
    return this.#compiled?.directionOf(name);
  }

  /** What {@link compile} was given, and its optimizer; undefined before. */
  get compiled(): CompileSettings | undefined {
    return this.#compiled;
  }

  /** The optimizer given to {@link compile}. */
  get optimizer(): Compiled['optimizer'] {
    return this.#needCompiled('optimizer').optimizer;
  }

  /**
   * Trains the model.
   *
   * @param x inputs: nested arrays, a tensor, or a typed array; the first axis counts samples. A model with several inputs takes a list
   *   in their order, or an object by their names. Or a stream of batches `[x, y]` or `[x, y, sampleWeight]`, then there is no `y`: a
   *   `Dataset`, anything that can be iterated (also asynchronously), or a function that gives such a thing for every pass
   * @param y targets, as many, in the same way; undefined for a model whose `trainStep` needs none
   * @returns loss and metrics of every epoch
   * @throws MyelinError before anything runs when data or options do not fit; AbortError when cancelled. The model stays usable
   */
  fit(x: DataLike, y: DataLike | undefined, options?: FitOptions): Promise<History>;
  fit(data: BatchStream, options?: FitOptions): Promise<History>;
  async fit(x: DataLike | BatchStream, y?: DataLike | FitOptions, options?: FitOptions): Promise<History> {
    this.#needCompiled('fit');
    const given = argumentsOf(x, y, options);
    return this.#turn.take('fit', async () => {
      const trainee = this.#trainee('fit');
      try {
        return await fitModel(trainee, planFit(trainee, x, given.y, given.options), given.options);
      } finally {
        // A run that was held up and then cancelled must not hold up the next one.
        this.resumeTraining();
      }
    });
  }

  /**
   * Trains the model as {@link fit} does and tells what happens: an event when the run begins and ends, after every batch and every epoch.
   * The run waits until the next event is asked for; leaving the loop cancels it.
   *
   * @example
   * for await (const event of model.fitStream(x, y, { epochs: 10 })) {
   *   if (event.type === 'epoch' && event.logs.loss < 0.01) break;
   * }
   */
  fitStream(x: DataLike, y: DataLike, options?: FitOptions): AsyncGenerator<FitEvent, void, void>;
  fitStream(data: BatchStream, options?: FitOptions): AsyncGenerator<FitEvent, void, void>;
  fitStream(x: DataLike | BatchStream, y?: DataLike | FitOptions, options?: FitOptions): AsyncGenerator<FitEvent, void, void> {
    const { y: targets, options: own } = argumentsOf(x, y, options);
    const run = (callback: Callback, signal: AbortSignal): Promise<History> => {
      const all = { verbose: 0 as const, ...own, callbacks: [...(own.callbacks ?? []), callback], signal };
      return isBatchStream(x) ? this.fit(x, all) : this.fit(x, targets as DataLike, all);
    };
    return streamFit(run, own.signal);
  }

  /** Holds a run of {@link fit} up after the step under way, until {@link resumeTraining}. Also a run that is yet to begin. */
  pauseTraining(): void {
    if (this.#pause) return;
    let end = (): void => {};
    const until = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#pause = { until, end };
  }

  /** Lets a run go on that was held up. */
  resumeTraining(): void {
    this.#pause?.end();
    this.#pause = undefined;
  }

  /** Whether training is held up. */
  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /**
   * One training step, for subclasses that train in a way of their own: becomes part of the compiled program, so it is called once for every
   * batch shape and must do the same for the same shapes.
   *
   * @returns scalars by the names they get in logs and history, averaged over the samples of an epoch
   *
   * @example
   * class Autoencoder extends Model {
   *   static override readonly type: string = 'Autoencoder';
   *   inner = new Dense({ units: 8, activation: 'relu' });
   *   outer = new Dense({ units: 64 });
   *   override call(x: Node) { return this.outer.apply(this.inner.apply(x)); }
   *   override trainStep({ x }: StepBatch) {
   *     const loss = ops.mean(ops.square(ops.sub(this.apply(x), x as Node)));
   *     const weights = this.trainableWeights;
   *     this.optimizer.apply(gradients(this.optimizer.scaleLoss(loss), weights.map(({ node }) => node)), weights);
   *     return { loss };
   *   }
   * }
   */
  trainStep(_batch: StepBatch): StepResults {
    return fail(`${this.where}.trainStep`, 'a subclass that overrides it', 'a call of the method itself');
  }

  /** One evaluation step, as {@link trainStep}: used by `evaluate` and for validation. */
  testStep(_batch: StepBatch): StepResults {
    return fail(`${this.where}.testStep`, 'a subclass that overrides it', 'a call of the method itself');
  }

  /** The step that a subclass has instead of the usual one. */
  ownStep(kind: 'train' | 'test'): ((batch: StepBatch) => StepResults) | undefined {
    const name = kind === 'train' ? 'trainStep' : 'testStep';
    return this[name] === Model.prototype[name] ? undefined : (batch) => this[name](batch);
  }

  /** The compiled loss of predictions, penalties of weights and losses of layers included: for use in {@link trainStep}. */
  protected computeLoss(batch: StepBatch, predictions: Node | readonly Node[]): Node {
    const list = Array.isArray(predictions) ? (predictions as readonly Node[]) : [predictions as Node];
    return totalLoss(this, this.#needCompiled('computeLoss'), list, batch, currentTrace());
  }

  /**
   * Loss and metrics on `x` and `y` or on a stream of batches, without training: `{ loss, accuracy, … }`.
   *
   * @throws MyelinError when data or options do not fit; AbortError when cancelled
   */
  evaluate(x: DataLike, y: DataLike, options?: EvaluateOptions): Promise<Logs>;
  evaluate(data: BatchStream, options?: EvaluateOptions): Promise<Logs>;
  async evaluate(x: DataLike | BatchStream, y?: DataLike | EvaluateOptions, options?: EvaluateOptions): Promise<Logs> {
    this.#needCompiled('evaluate');
    const given = argumentsOf(x, y, options);
    return this.#turn.take('evaluate', async () => {
      const trainee = this.#trainee('evaluate');
      const { verbose: wanted = 'auto', callbacks: own, signal, steps } = given.options;
      checkEvaluateOptions(trainee.where, given.options);
      if (steps !== undefined) countArgument(trainee.where, 'steps', steps);
      const source = planEvaluation(trainee, x, given.y, given.options);
      const verbose = standardVerbosity(wanted);
      const callbacks = new CallbackList(trainee.where, own, [], verbose ? [new ProgressBar(verbose)] : []);
      try {
        await source.open(signal);
        return await evaluateSource(trainee, source, callbacks, signal, steps);
      } finally {
        await source.close();
      }
    });
  }

  /**
   * The model's output for `x`, layers behaving as in use (no dropout, moving statistics).
   *
   * @param x inputs as for {@link fit}, or a stream of batches; targets in it are not looked at
   * @returns a tensor with as many rows as `x`
   * @throws MyelinError when the model has several outputs: {@link predictAll} returns them
   */
  async predict(x: DataLike | BatchStream, options: PredictOptions = {}): Promise<Tensor> {
    const outputs = await this.#predict('predict', x, options);
    if (outputs.length === 1) return outputs[0]!;
    const hint = 'predictAll(x) gives them by name.';
    return fail(`${this.where}.predict`, 'a model with one output', `one with ${outputs.length}`, hint);
  }

  /** The model's outputs for `x` by their names, see {@link outputNames}. */
  async predictAll(x: DataLike | BatchStream, options: PredictOptions = {}): Promise<Record<string, Tensor>> {
    const outputs = await this.#predict('predictAll', x, options);
    const names = this.namesOf(outputs.length);
    return Object.fromEntries(outputs.map((output, i) => [names[i]!, output]));
  }

  /**
   * Monte Carlo dropout: predicts `samples` times with what is random in training left on, and gives mean and standard deviation of every
   * output value. The deviation tells how sure the model is. Gal & Ghahramani 2016.
   *
   * @param options those of {@link predict}; `samples` default 100
   * @throws MyelinError when the model has several outputs, or `x` is a stream that can be gone through once only
   */
  async predictSpread(
    x: DataLike | BatchStream,
    options: PredictOptions & { readonly samples?: number } = {},
  ): Promise<PredictionSpread> {
    const where = `${this.where}.predictSpread`;
    const { samples = 100, ...rest } = options;
    const count = countArgument(where, 'samples', samples);
    const spread = new Spread();
    const data = isBatchStream(x) ? x : inputsOf(where, 'x', x, this.#ports);
    for (let sample = 0; sample < count; sample++) {
      const outputs = await this.#predict('predictSpread', isBatchStream(data) || data.length > 1 ? data : data[0]!, {
        ...rest,
        training: true,
      });
      if (outputs.length > 1) fail(where, 'a model with one output', `one with ${outputs.length}`);
      spread.add(outputs[0]!);
    }
    return spread.result();
  }

  async #predict(method: string, x: DataLike | BatchStream, options: PredictOptions): Promise<Tensor[]> {
    const where = `${this.where}.${method}`;
    return this.#turn.take(method, async () => {
      checkPredictOptions(where, options);
      if (options.steps !== undefined) countArgument(where, 'steps', options.steps);
      if (!this.isBuilt)
        fail(where, 'a model that is built', 'one that is not', 'give the first layer an inputShape, or fit the model first.');
      const source = planPrediction(this.#trainee(method), x, options);
      try {
        await source.open(options.signal);
        return await predictSource(where, source, options);
      } finally {
        await source.close();
      }
    });
  }

  /** One training step on one batch. Returns its loss and metrics, from before the update. */
  async trainOnBatch(x: DataLike, y: DataLike, options: BatchWeights = {}): Promise<Logs> {
    return this.#onBatch('trainOnBatch', 'train', x, y, options);
  }

  /** Loss and metrics of one batch. */
  async testOnBatch(x: DataLike, y: DataLike, options: Pick<BatchWeights, 'sampleWeight'> = {}): Promise<Logs> {
    return this.#onBatch('testOnBatch', 'test', x, y, options);
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

  /**
   * Writes the model to one file: how it is made, its weights and, when it is compiled, all that training needs to go on with the same bits
   * (but for optimizers that a `trainStep` has of its own: checkpoints of a run hold those, too).
   * Any reader of safetensors finds the weights by name. The file is replaced at once: a crash leaves the old one or the new one.
   *
   * @param path ends in `.safetensors`; for Node, Deno and Bun. {@link toBytes} gives what would be written
   * @throws MyelinError when the path is bad, the file cannot be written, or the model has functions among its options
   *
   * @example
   * await model.save('fashion.safetensors');
   * const same = await loadModel('fashion.safetensors');
   */
  save(path: string, options?: SaveOptions): Promise<void> {
    return saveModel(this, path, options);
  }

  /** The bytes of the file that {@link save} writes. */
  toBytes(options?: SaveOptions): Uint8Array<ArrayBuffer> {
    return modelToBytes(this, options);
  }

  /** Writes the weights alone, as {@link save} does. */
  saveWeights(path: string): Promise<void> {
    return saveWeights(this, path);
  }

  /**
   * Takes the weights of a file by their names: one that {@link save} or {@link saveWeights} wrote, or any safetensors file with tensors of
   * these names. Nothing is changed when they do not fit.
   *
   * @returns what did not fit and was skipped, a sentence each (only with `skipMismatch`)
   * @throws MyelinError with the list of all differences
   */
  loadWeights(source: Source, options?: LoadWeightsOptions): Promise<string[]> {
    return this.#turn.take('loadWeights', () => loadWeights(this, source, options));
  }

  async #onBatch(method: string, kind: 'train' | 'test', x: DataLike, y: DataLike, options: BatchWeights): Promise<Logs> {
    this.#needCompiled(method);
    return this.#turn.take(method, async () => {
      const trainee = this.#trainee(method);
      checkOptionNames(
        trainee.where,
        options,
        kind === 'train' ? { sampleWeight: true, classWeight: true } : { sampleWeight: true },
      );
      const data = samplesOf(trainee.where, x, y, trainee.ports, options);
      trainee.prepare(data);
      const step = await trainee.step({ kind, feed: 'direct', batch: countOf(data), ...sampleSpecs(data) });
      feedSamples(step, data);
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

  #trainee(method: string): Trainee {
    const where = `${this.where}.${method}`;
    const paused = (): Promise<void> | undefined => this.#pause?.until;
    const isTraining = method === 'fit' || method === 'trainOnBatch';
    return {
      where,
      ports: { ...this.#ports, mayLackTargets: this.ownStep(isTraining ? 'train' : 'test') !== undefined },
      settings: this.#compiled?.settings ?? {},
      model: this,
      get paused() {
        return paused();
      },
      step: (request) => this.#steps.get(this.#compiled, request),
      lend: (call) => this.#turn.lend(call),
      prepare: (data, more = where) => prepareModel(this, this.#compiled, more, data),
    };
  }

  get #ports(): Ports {
    return { inputs: this.inputNames, outputs: this.outputNames };
  }
}

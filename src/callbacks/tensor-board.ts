import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import type { Callback, Logs, RunParams, SavedState, TrainedModel } from './callback.ts';
import { StateReader } from './callback-state.ts';
import { EventFile, type EventSink } from './events/event-file.ts';
import { bucketsOf, graphEvent, histogramEvent, scalarEvent, sessionEvent, textEvent } from './events/messages.ts';
import { graphDef, graphNodes, kerasModel } from './events/model-graph.ts';

/** Options of {@link TensorBoard}. */
export interface TensorBoardOptions {
  /** Where the runs `train` and `validation` are written. Default 'logs'. */
  readonly logDir?: string;
  /** Epochs from one histogram of every weight to the next; 0 writes none. Default 0. */
  readonly histogramFreq?: number;
  /** Writes how the layers are connected. Default true. */
  readonly writeGraph?: boolean;
  /** Writes histograms of the gradients with those of the weights. Costs a pass over the last batch each time. Default false. */
  readonly writeGradients?: boolean;
  /** Writes losses and metrics after every 'epoch', every 'batch', or every so many batches (and every epoch). Default 'epoch'. */
  readonly updateFreq?: 'epoch' | 'batch' | number;
  /** Writes how many steps a second took. Default false. */
  readonly writeStepsPerSecond?: boolean;
  /** Takes the bytes in place of files: for browsers, which have none. Default: files. */
  readonly sink?: EventSink;
}

const options = {
  logDir: true,
  histogramFreq: true,
  writeGraph: true,
  writeGradients: true,
  updateFreq: true,
  writeStepsPerSecond: true,
  sink: true,
} satisfies Record<keyof TensorBoardOptions, true>;

const where = 'TensorBoard';
const prefix = 'val_';

/**
 * Writes event files for TensorBoard (`tensorboard --logdir logs`): scalars of every epoch and, if asked, every so many batches;
 * histograms of weights and gradients; the graph of layers. Tags, steps and places are those of Keras's callback of that name:
 * `epoch_loss` in the runs `train` and `validation` with the epoch as step, `epoch_learning_rate`, `batch_loss`,
 * `evaluation_loss_vs_iterations`, `dense/kernel/histogram`; gradients are `dense/kernel/gradient`. What was gathered is written after
 * every epoch and when training ends, however it does.
 *
 * A run that is resumed writes further files into the same folder. Where nothing but epochs is written, TensorBoard forgets what an
 * earlier attempt wrote of those that are run again.
 *
 * @throws MyelinError when an option is bad, a file cannot be written, or there are neither files nor a `sink`
 */
export class TensorBoard implements Callback {
  readonly #options: TensorBoardOptions;
  readonly #every: number;
  readonly #files = new Map<string, EventFile>();
  #model: TrainedModel | undefined;
  #params: RunParams | undefined;
  #batches = 0;
  #isResumed = false;
  #hasBegun = false;
  #epochBegan = { time: 0, step: 0 };
  #batchBegan = 0;

  constructor(given: TensorBoardOptions = {}) {
    checkOptionNames(where, given, options);
    const { logDir = 'logs', histogramFreq = 0, updateFreq = 'epoch', writeStepsPerSecond = false, sink } = given;
    if (typeof logDir !== 'string' || logDir === '') fail(where, '`logDir` to be the name of a folder', describe(logDir));
    wholeNumber(where, 'histogramFreq', histogramFreq, 0);
    const every = updateFreq === 'epoch' ? 0 : updateFreq === 'batch' ? 1 : updateFreq;
    if (!Number.isInteger(every) || (every < 1 && updateFreq !== 'epoch'))
      fail(where, "`updateFreq` to be 'epoch', 'batch' or a number of batches", describe(updateFreq));
    if (sink !== undefined && typeof sink?.append !== 'function')
      fail(where, '`sink` to be an object with a method append(path, bytes)', describe(sink));
    this.#options = given;
    this.#every = every;
    // Hooks that are called in every step are there only where they are needed.
    if (every > 0) this.onTrainBatchEnd = (_, logs) => this.#batchEnd(logs);
    if (every > 0 && writeStepsPerSecond) {
      this.onTrainBatchBegin = () => {
        this.#batchBegan = performance.now();
      };
    }
  }

  onTrainBatchBegin?: () => void;
  onTrainBatchEnd?: (batch: number, logs: Logs) => void | Promise<void>;

  /** The files written so far in this run of `fit`. */
  get paths(): readonly string[] {
    return [...this.#files.values()].map(({ path }) => path);
  }

  onTrainBegin(model: TrainedModel, params: RunParams): void {
    this.#model = model;
    this.#params = params;
    this.#files.clear();
    this.#batches = 0;
    this.#isResumed = false;
    this.#hasBegun = false;
  }

  #file(run: 'train' | 'validation'): EventFile {
    const known = this.#files.get(run);
    if (known) return known;
    const { logDir = 'logs', sink } = this.#options;
    const file = new EventFile(where, `${logDir.replace(/[/\\]+$/, '') || '/'}/${run}`, sink, now());
    this.#files.set(run, file);
    return file;
  }

  async onEpochBegin(epoch: number): Promise<void> {
    this.#begin(epoch);
    await this.#flush();
    this.#epochBegan = { time: performance.now(), step: this.#step };
  }

  /** Before the first epoch, or what is left of it, is written. */
  #begin(epoch: number): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const file = this.#file('train');
    if (!this.#isResumed && (this.#options.writeGraph ?? true)) this.#writeGraph(file);
    // Numbers of batches, which are greater than those of epochs, would be forgotten as well.
    if (this.#isResumed && this.#every === 0) file.add(sessionEvent({ time: now(), step: epoch }));
  }

  #writeGraph(file: EventFile): void {
    const model = this.#model!;
    let json: unknown;
    try {
      json = model.toJSON();
    } catch (error) {
      // A function among a layer's options, which no file can hold, is no reason not to train.
      console.warn(`[${where}] no graph is written: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    const nodes = graphNodes(json);
    const keras = JSON.stringify(kerasModel(model.name, nodes));
    file.add(textEvent({ time: now(), step: 0 }, 'keras', 'graph_keras_model', '1', keras));
    file.add(graphEvent(now(), graphDef(nodes)));
  }

  get #step(): number {
    return this.#model?.optimizer.iterations ?? 0;
  }

  #batchEnd(logs: Logs): void | Promise<void> {
    this.#batches++;
    if (this.#batches % this.#every !== 0) return;
    const file = this.#file('train');
    const moment = { time: now(), step: this.#batches };
    for (const [name, value] of Object.entries(logs)) file.add(scalarEvent(moment, `batch_${name}`, value));
    if (this.#options.writeStepsPerSecond) {
      const seconds = (performance.now() - this.#batchBegan) / 1e3;
      file.add(scalarEvent(moment, 'batch_steps_per_second', 1 / Math.max(seconds, 1e-9)));
    }
    if (file.isFull) return file.flush();
  }

  async onTestEnd(logs: Logs): Promise<void> {
    const file = this.#file('validation');
    const moment = { time: now(), step: this.#step };
    for (const [name, value] of Object.entries(logs)) {
      file.add(scalarEvent(moment, `evaluation_${name}_vs_iterations`, value));
    }
    await file.flush();
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    this.#begin(epoch);
    const moment = { time: now(), step: epoch };
    const train = this.#file('train');
    const all = { ...logs, learning_rate: this.#model!.optimizer.learningRate };
    for (const [name, value] of Object.entries(all)) {
      if (!name.startsWith(prefix)) train.add(scalarEvent(moment, `epoch_${name}`, value));
      else this.#file('validation').add(scalarEvent(moment, `epoch_${name.slice(prefix.length)}`, value));
    }
    if (this.#options.writeStepsPerSecond) {
      const seconds = Math.max((performance.now() - this.#epochBegan.time) / 1e3, 1e-9);
      train.add(scalarEvent(moment, 'epoch_steps_per_second', (this.#step - this.#epochBegan.step) / seconds));
    }
    const { histogramFreq = 0, writeGradients = false } = this.#options;
    if (histogramFreq > 0 && epoch % histogramFreq === 0) {
      for (const weight of this.#model!.weights) {
        train.add(histogramEvent(moment, `${weight.name}/histogram`, bucketsOf(weight.view())));
      }
      const gradients = writeGradients ? await this.#params?.run?.gradients() : undefined;
      for (const [name, { data }] of gradients ?? []) train.add(histogramEvent(moment, `${name}/gradient`, bucketsOf(data)));
    }
    await this.#flush();
  }

  async onTrainFinally(): Promise<void> {
    await this.#flush();
  }

  async #flush(): Promise<void> {
    for (const file of this.#files.values()) await file.flush();
  }

  getState(): SavedState {
    return { batches: this.#batches };
  }

  setState(state: SavedState): void {
    this.#batches = new StateReader(where, state).number('batches');
    this.#isResumed = true;
    this.#epochBegan = { time: performance.now(), step: this.#step };
  }
}

const now = (): number => Date.now() / 1e3;

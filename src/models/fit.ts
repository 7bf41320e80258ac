/** @file The training loop: epochs, batches in shuffled order, validation, callbacks, and the bookkeeping around them. */

import { AbortError } from '../base/fail.ts';
import { globalSource } from '../base/seed.ts';
import { newArray, type Tensor } from '../base/tensor.ts';
import { CallbackList, History, type Logs, ProgressBar, standardVerbosity, type TrainedModel } from '../callbacks/index.ts';
import { copyRows, countArgument } from '../data/arrays.ts';
import { sequence, shuffle } from '../data/shuffle.ts';
import {
  batchSizeOf,
  checkFitOptions,
  countOf,
  type DataLike,
  type FitOptions,
  type Ports,
  type Samples,
  splitData,
} from './arguments.ts';
import { prefixed, RunningResults, sortedLogs } from './compiled.ts';
import { pace } from './pace.ts';
import { placeSamples, type Resident } from './resident.ts';
import { type Batch, type Step, type StepRequest, sampleSpecs } from './step.ts';

/** What the loops need of a model. */
export interface Trainee {
  readonly where: string;
  /** What callbacks see. */
  readonly model: TrainedModel;
  stopTraining: boolean;
  /** What inputs and outputs are called. */
  readonly ports: Ports;
  /** The step for a request, compiled when it is first asked for. */
  step(request: StepRequest): Promise<Step>;
  /** Refuses data the model or its loss cannot take; builds the model if it is not built. */
  prepare(data: Samples): void;
  /** Calls back while the model may be used by others. */
  lend(call: () => Promise<void>): Promise<void>;
  /** Loss and metrics on `data`. */
  test(data: Samples, batchSize: number, callbacks: CallbackList, signal: AbortSignal | undefined): Promise<Logs>;
}

/** Throws when the caller has cancelled. */
export function throwIfAborted(where: string, signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  const error = new AbortError(`[${where}] cancelled by its signal.`);
  error.cause = signal.reason;
  throw error;
}

/** Copies of one batch's samples, for data that is not in the engine's memory. */
class Staging {
  readonly #rooms: Batch;
  readonly #data: Samples;

  constructor(data: Samples, batchSize: number) {
    const room = ({ data: own, dtype, shape }: Tensor): Tensor['data'] => newArray(dtype, (own.length / shape[0]!) * batchSize);
    const roomOr = (part: Tensor | undefined): Tensor['data'] | undefined => part && room(part);
    this.#data = data;
    this.#rooms = { x: data.x.map(room), y: data.y.map(roomOr), weights: data.weights.map(roomOr) };
  }

  feed(step: Step, indices: Int32Array, start: number): void {
    const picked = indices.subarray(start, start + step.batch);
    const copied = (array: Tensor['data'], source: Tensor): Tensor['data'] => {
      copyRows(source, picked, array);
      return array.subarray(0, (source.size / source.shape[0]!) * step.batch);
    };
    const { x, y, weights } = this.#data;
    step.feed({
      x: this.#rooms.x.map((array, i) => copied(array, x[i]!)),
      y: this.#rooms.y.map((array, i) => array && copied(array, y[i]!)),
      weights: this.#rooms.weights.map((array, i) => array && copied(array, weights[i]!)),
    });
  }
}

/** Trains `model` on arrays. */
export async function fitArrays(model: Trainee, x: DataLike, y: DataLike, options: FitOptions): Promise<History> {
  const { where } = model;
  checkFitOptions(where, options);
  const epochs = countArgument(where, 'epochs', options.epochs ?? 1);
  const batchSize = batchSizeOf(where, options);
  const { training, validation } = splitData(where, x, y, model.ports, options);
  model.prepare(training);
  if (validation) model.prepare(validation);

  const count = countOf(training);
  const steps = Math.ceil(count / batchSize);
  const verbose = standardVerbosity(options.verbose ?? 'auto');
  const history = new History();
  const callbacks = new CallbackList(where, options.callbacks, [history, ...(verbose ? [new ProgressBar(verbose)] : [])]);
  const order = sequence(count);
  model.stopTraining = false;
  // The model is lent to the user's callbacks alone: without any, it is busy from the first to the last step.
  const lend = options.callbacks?.length ? model.lend : (call: () => Promise<void>): Promise<void> => call();

  const resident = placeSamples(training);
  try {
    const run = new EpochRunner(model, training, resident, batchSize);
    if (pace.isDue) await pace.rest();
    await lend(() => callbacks.call('onTrainBegin', model.model, { epochs, steps, verbose }));
    let logs: Logs = {};
    for (let epoch = 0; epoch < epochs && !model.stopTraining; epoch++) {
      throwIfAborted(where, options.signal);
      await lend(() => callbacks.call('onEpochBegin', epoch));
      if (options.shuffle ?? true) shuffle(order, globalSource());
      logs = await run.epoch(order, callbacks, options.signal);
      if (validation) {
        const results = await model.test(validation, batchSize, callbacks, options.signal);
        logs = sortedLogs({ ...logs, ...prefixed('val_', results) });
      }
      const epochLogs = logs;
      await lend(() => callbacks.call('onEpochEnd', epoch, epochLogs));
      // Even an epoch shorter than a time slice lets the host breathe now and then.
      if (pace.isDue) await pace.rest();
    }
    await lend(() => callbacks.call('onTrainEnd', logs));
  } finally {
    resident?.release();
  }
  return history;
}

/** Runs the batches of an epoch. */
class EpochRunner {
  readonly #model: Trainee;
  readonly #resident: Resident | undefined;
  readonly #staging: Staging | undefined;
  readonly #batchSize: number;
  readonly #specs: ReturnType<typeof sampleSpecs>;
  #results: RunningResults | undefined;

  constructor(model: Trainee, data: Samples, resident: Resident | undefined, batchSize: number) {
    this.#model = model;
    this.#resident = resident;
    this.#staging = resident ? undefined : new Staging(data, Math.min(batchSize, countOf(data)));
    this.#batchSize = batchSize;
    this.#specs = sampleSpecs(data);
  }

  async #step(batch: number): Promise<Step> {
    const step = await this.#model.step({ kind: 'train', feed: this.#resident ? 'gather' : 'direct', batch, ...this.#specs });
    if (this.#resident) step.bind(this.#resident);
    return step;
  }

  async epoch(order: Int32Array, callbacks: CallbackList, signal: AbortSignal | undefined): Promise<Logs> {
    const model = this.#model;
    const count = order.length;
    const full = count >= this.#batchSize ? await this.#step(this.#batchSize) : undefined;
    const rest = count % this.#batchSize > 0 ? await this.#step(count % this.#batchSize) : undefined;
    const first = (full ?? rest)!;
    this.#results ??= new RunningResults(first.results);
    const results = this.#results;
    results.reset();
    const hasBegin = callbacks.has('onTrainBatchBegin');
    const hasEnd = callbacks.has('onTrainBatchEnd');
    for (let start = 0, batch = 0; start < count && !model.stopTraining; start += this.#batchSize, batch++) {
      throwIfAborted(model.where, signal);
      const step = count - start >= this.#batchSize ? full! : rest!;
      if (hasBegin) await callbacks.call('onTrainBatchBegin', batch);
      if (this.#staging) this.#staging.feed(step, order, start);
      else step.pick(order, start);
      const pending = step.run();
      if (pending) await pending;
      step.collect(results);
      if (hasEnd) await callbacks.call('onTrainBatchEnd', batch, results.logs());
      if (pace.isDue) await pace.rest();
    }
    return results.logs();
  }
}

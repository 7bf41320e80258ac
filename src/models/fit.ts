/** @file The training loop: epochs, batches, validation, callbacks, and going on from a checkpoint. */

import { describe, fail } from '../base/fail.ts';
import { files } from '../base/files.ts';
import type { Tensor } from '../base/tensor.ts';
import {
  CallbackList,
  History,
  type Logs,
  type NonFinite,
  ProgressBar,
  type RunInsight,
  standardVerbosity,
  type TrainedModel,
} from '../callbacks/index.ts';
import type { FitOptions } from './arguments.ts';
import type { BatchSource, Feeder } from './batches.ts';
import { findNonFinite } from './non-finite.ts';
import { pace } from './pace.ts';
import { type Progress, Resumption, type RunParts, readRandom, writeRun } from './run-state.ts';
import { prefixed, RunningResults, sortedLogs } from './running-results.ts';
import type { Step } from './step.ts';
import { orAborted, throwIfAborted } from './stream.ts';

/** What the loops need of a model. */
export interface Trainee extends Feeder {
  /** What callbacks see. */
  readonly model: TrainedModel & RunParts['model'];
  /** What the model was compiled for. */
  readonly settings: Progress['settings'];
  /** Resolves when the run may go on; undefined unless it has been paused. */
  readonly paused: Promise<void> | undefined;
  /** Calls back while the model may be used by others. */
  lend(call: () => Promise<void>): Promise<void>;
}

/** What a run is made of, arguments checked. */
export interface RunPlan {
  readonly source: BatchSource;
  /** Data evaluated after epochs; made anew, so that several evaluations are alike. */
  readonly validation: BatchSource | undefined;
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly stepsPerEpoch: number | undefined;
  readonly validationSteps: number | undefined;
  /** Whether the data are validated after this epoch, counted from 0. */
  isValidated(epoch: number): boolean;
  /** What a run that goes on must have in common with the one that wrote the checkpoint. */
  readonly settings: Progress['settings'];
}

/** Loss and metrics over the batches of a pass, or its first `limit` ones. */
export async function evaluateSource(
  trainee: Trainee,
  source: BatchSource,
  callbacks: CallbackList,
  signal: AbortSignal | undefined,
  limit = Number.POSITIVE_INFINITY,
): Promise<Logs> {
  const { where } = trainee;
  let results: RunningResults | undefined;
  const steps = Math.min(source.steps ?? Number.POSITIVE_INFINITY, limit);
  await callbacks.call('onTestBegin', Number.isFinite(steps) ? steps : undefined);
  const hasEnd = callbacks.has('onTestBatchEnd');
  // The same samples in the same order each time, also when data come in another order in every pass.
  await source.goTo({ pass: 0, taken: 0 }, signal);
  for (let batch = 0; batch < limit; batch++) {
    throwIfAborted(where, signal);
    const next = source.next(signal);
    const step = next instanceof Promise ? await next : next;
    if (!step) break;
    results ??= new RunningResults(step.results);
    const pending = step.run();
    if (pending) await pending;
    step.collect(results);
    if (hasEnd) await callbacks.call('onTestBatchEnd', batch, results.logs());
    if (pace.isDue) await pace.rest();
  }
  const logs =
    results?.logs() ??
    fail(
      where,
      'at least one batch to evaluate',
      'none: the data have ended',
      'give a Dataset or a function that makes a new generator for every pass.',
    );
  await callbacks.call('onTestEnd', logs);
  return logs;
}

/** Trains a model. */
export async function fitModel(trainee: Trainee, plan: RunPlan, options: FitOptions): Promise<History> {
  return new TrainingRun(trainee, plan, options).run();
}

class TrainingRun {
  readonly #trainee: Trainee;
  readonly #plan: RunPlan;
  readonly #options: FitOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #verbose: 0 | 1 | 2;
  readonly #history = new History();
  readonly #callbacks: CallbackList;
  #epoch: number;
  #batch = 0;
  #results: RunningResults | undefined;
  /** Logs that the hook under way is called with. */
  #logs: Logs = {};
  #step: Step | undefined;
  #resumption: Resumption | undefined;

  constructor(trainee: Trainee, plan: RunPlan, options: FitOptions) {
    this.#trainee = trainee;
    this.#plan = plan;
    this.#options = options;
    this.#signal = options.signal;
    this.#verbose = standardVerbosity(options.verbose ?? 'auto');
    const shows = this.#verbose ? [new ProgressBar(this.#verbose)] : [];
    this.#callbacks = new CallbackList(trainee.where, options.callbacks, [this.#history], shows);
    this.#epoch = plan.initialEpoch;
  }

  /** The model is lent to the user's callbacks alone: without any, it is busy from the first to the last step. */
  #lend(call: () => Promise<void>): Promise<void> {
    return this.#options.callbacks?.length ? this.#trainee.lend(call) : call();
  }

  async run(): Promise<History> {
    const { source, validation, epochs } = this.#plan;
    const { model, where } = this.#trainee;
    const callbacks = this.#callbacks;
    model.stopTraining = false;
    try {
      await source.open(this.#signal);
      await validation?.open(this.#signal);
      if (pace.isDue) await pace.rest();
      const bytes = await this.#checkpointToResume();
      const steps = this.#plan.stepsPerEpoch ?? source.steps;
      const params = { epochs, steps, verbose: this.#verbose, run: this.#insight };
      await this.#lend(() => callbacks.call('onTrainBegin', model, params));
      const wasInEpoch = bytes ? await this.#resume(bytes) : false;
      for (let isResumed = wasInEpoch; this.#epoch < epochs && !model.stopTraining; this.#epoch++, isResumed = false) {
        throwIfAborted(where, this.#signal);
        await this.#runEpoch(isResumed);
        // Even an epoch shorter than a time slice lets the host breathe now and then.
        if (pace.isDue) await pace.rest();
      }
      model.optimizer.finish(model.trainableWeights);
      await this.#lend(() => callbacks.call('onTrainEnd', this.#logs));
    } catch (error) {
      // What the run failed with is what its caller has to know, whatever else fails because of it.
      await this.#lend(() => callbacks.callAll('onTrainFinally')).catch(() => {});
      await this.#close().catch(() => {});
      throw error;
    }
    await this.#close();
    await this.#lend(() => callbacks.callAll('onTrainFinally'));
    return this.#history;
  }

  /** Closes both, also when one of them fails to. */
  async #close(): Promise<void> {
    const { source, validation } = this.#plan;
    try {
      await source.close();
    } finally {
      await validation?.close();
    }
  }

  async #runEpoch(isResumed: boolean): Promise<void> {
    const { source, validation, validationSteps } = this.#plan;
    const epoch = this.#epoch;
    if (!isResumed) {
      this.#batch = 0;
      await this.#lend(() => this.#callbacks.call('onEpochBegin', epoch));
      this.#results?.reset();
      // An epoch of some steps may lie within a pass; else it is one.
      if (this.#plan.stepsPerEpoch === undefined || source.place.pass < 0) await source.nextPass();
      else await source.refresh();
    }
    await this.#runBatches();
    // Data that had ended before, or a callback that stops: no step was run, so there is nothing to tell of.
    if (this.#batch === 0) return;
    let logs = this.#results?.logs() ?? this.#logs;
    if (validation && this.#plan.isValidated(epoch)) {
      const results = await evaluateSource(this.#trainee, validation, this.#callbacks, this.#signal, validationSteps);
      logs = sortedLogs({ ...logs, ...prefixed('val_', results) });
    }
    this.#logs = logs;
    await this.#lend(() => this.#callbacks.call('onEpochEnd', epoch, logs));
  }

  async #runBatches(): Promise<void> {
    const { model, where } = this.#trainee;
    const { source } = this.#plan;
    const limit = this.#plan.stepsPerEpoch ?? Number.POSITIVE_INFINITY;
    const callbacks = this.#callbacks;
    const hasBegin = callbacks.has('onTrainBatchBegin');
    const hasEnd = callbacks.has('onTrainBatchEnd');
    while (this.#batch < limit && !model.stopTraining) {
      throwIfAborted(where, this.#signal);
      const next = source.next(this.#signal);
      const step = (next instanceof Promise ? await next : next) ?? (await this.#stepOfNextPass());
      if (!step) break;
      this.#enter(step);
      if (hasBegin) await callbacks.call('onTrainBatchBegin', this.#batch);
      const pending = step.run();
      if (pending) await pending;
      step.collect(this.#results!);
      const batch = this.#batch++;
      if (hasEnd) {
        this.#logs = this.#results!.logs();
        await callbacks.call('onTrainBatchEnd', batch, this.#logs);
      }
      if (pace.isDue) await pace.rest();
      const { paused } = this.#trainee;
      if (paused) await orAborted(where, paused, this.#signal);
    }
  }

  /** When the data end before the epoch does: the first step of the next pass, or nothing and the end of the run. */
  async #stepOfNextPass(): Promise<Step | undefined> {
    const { source, stepsPerEpoch } = this.#plan;
    const isShort = stepsPerEpoch !== undefined && this.#batch < stepsPerEpoch;
    if (isShort && source.isRepeatable) {
      await source.nextPass();
      const step = await source.next(this.#signal);
      if (step) return step;
    }
    if (isShort || this.#batch === 0) {
      const { where, model } = this.#trainee;
      const wanted = stepsPerEpoch === undefined ? 'at least one batch' : `${stepsPerEpoch} batches`;
      console.warn(
        `[${where}] expected ${wanted} in epoch ${this.#epoch}, got ${this.#batch}: the data have ended, and so does training. ` +
          'Hint: give a Dataset or a function that makes a new generator for every pass.',
      );
      model.stopTraining = true;
    }
    return undefined;
  }

  /** Takes note of the step that is about to run; the first one brings what a resumed run could not put back before. */
  #enter(step: Step): void {
    this.#step = step;
    const resumption = this.#resumption;
    if (!this.#results) {
      this.#results = new RunningResults(step.results);
      if (resumption && this.#epoch === resumption.progress.epoch) this.#results.restore(resumption.progress.results);
    }
    if (!resumption) return;
    resumption.restoreRandom(this.#parts(step));
    this.#resumption = undefined;
  }

  #parts(step: Step): RunParts {
    const { model } = this.#trainee;
    return { model, optimizer: model.optimizer, written: step.written };
  }

  async #checkpointToResume(): Promise<Uint8Array | undefined> {
    const { resumeFrom } = this.#options;
    if (resumeFrom === undefined) return this.#callbacks.resumeFrom();
    const where = `${this.#trainee.where}, resumeFrom`;
    if (typeof resumeFrom === 'string' && resumeFrom !== '') return files(where).read(resumeFrom);
    if (resumeFrom instanceof Uint8Array) return resumeFrom;
    if (resumeFrom instanceof ArrayBuffer) return new Uint8Array(resumeFrom);
    return fail(where, 'the path of a checkpoint, or its bytes', describe(resumeFrom));
  }

  /** Goes back to where a checkpoint was written; true when that was in the middle of an epoch. */
  async #resume(bytes: Uint8Array): Promise<boolean> {
    const { model, where } = this.#trainee;
    const callbacks = this.#callbacks;
    const resumption = new Resumption(`${where}, resumeFrom`, bytes);
    const { epoch, batch, hook, callback, logs, place, stopTraining } = resumption.progress;
    resumption.restore({ model, optimizer: model.optimizer }, this.#plan.settings);
    resumption.restoreCallbacks(callbacks);
    this.#resumption = resumption;
    this.#epoch = epoch;
    this.#batch = batch;
    this.#logs = { ...logs };
    model.stopTraining = stopTraining;
    // After an epoch that was a whole pass the next one begins: there is nothing to skip.
    const isPassDone = hook === 'onEpochEnd' && this.#plan.stepsPerEpoch === undefined;
    await this.#plan.source.goTo(isPassDone ? { ...place, taken: 0 } : place, this.#signal);
    if (hook === 'onTrainBatchEnd') {
      await callbacks.callFrom(callback + 1, hook, batch - 1, this.#logs);
      return true;
    }
    await this.#lend(() => callbacks.callFrom(callback + 1, hook, epoch, this.#logs));
    this.#epoch++;
    return false;
  }

  get #insight(): RunInsight {
    const currentEpoch = (): number => this.#epoch;
    return {
      get epoch() {
        return currentEpoch();
      },
      checkpoint: async () => this.#checkpoint(),
      gradients: () => this.#gradients(),
      firstNonFinite: () => this.#firstNonFinite(),
    };
  }

  #checkpoint(): Uint8Array {
    const { where, model } = this.#trainee;
    const { active } = this.#callbacks;
    if (active?.hook !== 'onTrainBatchEnd' && active?.hook !== 'onEpochEnd') {
      return fail(
        `${where}, checkpoint`,
        'a call from onTrainBatchEnd or onEpochEnd',
        active ? `one from ${active.hook}` : 'one from elsewhere',
      );
    }
    const step = this.#step;
    const random = this.#resumption?.random ?? (step ? readRandom(this.#parts(step)) : []);
    const parts = { model, optimizer: model.optimizer, written: step?.written ?? [] };
    return writeRun(parts, random, {
      epoch: this.#epoch,
      batch: this.#batch,
      hook: active.hook,
      callback: active.index,
      logs: this.#logs,
      results: this.#results?.state() ?? this.#resumption?.progress.results ?? { count: 0, totals: [] },
      place: this.#plan.source.place,
      stopTraining: model.stopTraining,
      callbacks: this.#callbacks.states(),
      settings: this.#plan.settings,
    });
  }

  async #gradients(): Promise<ReadonlyMap<string, Tensor>> {
    const step = await this.#plan.source.again('gradients');
    if (!step) return new Map();
    await step.run();
    return new Map(step.outputs().map((gradient, i) => [step.names[i]!, gradient]));
  }

  async #firstNonFinite(): Promise<NonFinite | undefined> {
    const { model } = this.#trainee;
    return findNonFinite(model.layers, model.weights, () => this.#plan.source.again('activations'));
  }
}

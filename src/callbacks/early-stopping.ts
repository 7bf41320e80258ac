import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Callback, Logs, SavedState, TrainedModel } from './callback.ts';
import { StateReader, savedNumber } from './callback-state.ts';
import { Monitor, type MonitorOptions, monitorOptions } from './monitor.ts';

/** Options of {@link EarlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training ends. Default 0, which is the same as 1. */
  readonly patience?: number;
  /** Patience is not renewed by values that are no better than this. Default none. */
  readonly baseline?: number;
  /**
   * Gives the model the weights of its best epoch when training ends, for whatever reason it does: the last epoch, a stop, a cancellation,
   * an error. Default false.
   */
  readonly restoreBestWeights?: boolean;
  /** Epochs at the start that do not count. Default 0. */
  readonly startFromEpoch?: number;
  /** 1 prints a line when training is stopped and when weights are restored. Default 0. */
  readonly verbose?: 0 | 1;
}

const options = {
  ...monitorOptions,
  patience: true,
  baseline: true,
  restoreBestWeights: true,
  startFromEpoch: true,
  verbose: true,
} satisfies Record<keyof EarlyStoppingOptions, true>;

/**
 * Ends training when a number has not improved for `patience` epochs. Semantics of Keras's callback of that name.
 *
 * @example
 * await model.fit(x, y, { epochs: 100, validationSplit: 0.1, callbacks: [new EarlyStopping({ patience: 3, restoreBestWeights: true })] });
 *
 * @throws MyelinError when an option is bad, or the number is not among the logs
 */
export class EarlyStopping implements Callback {
  readonly #options: EarlyStoppingOptions;
  readonly #monitor: Monitor;
  #model: TrainedModel | undefined;
  #wait = 0;
  #weights: Tensor[] | undefined;
  /** The epoch after which training was stopped, counted from 0; undefined when it was not. */
  stoppedEpoch: number | undefined;
  /** The epoch with the best value, counted from 0. */
  bestEpoch = 0;

  constructor(given: EarlyStoppingOptions = {}) {
    checkOptionNames('EarlyStopping', given, options);
    const { patience = 0, startFromEpoch = 0, baseline } = given;
    for (const [name, value] of Object.entries({ patience, startFromEpoch })) {
      if (!Number.isInteger(value) || value < 0) fail('EarlyStopping', `\`${name}\` to be an integer >= 0`, describe(value));
    }
    if (baseline !== undefined && typeof baseline !== 'number')
      fail('EarlyStopping', '`baseline` to be a number', describe(baseline));
    this.#options = given;
    this.#monitor = new Monitor('EarlyStopping', given);
  }

  /** The best value so far; undefined before the first. */
  get best(): number | undefined {
    return this.#monitor.best;
  }

  onTrainBegin(model: TrainedModel): void {
    this.#model = model;
    this.#monitor.begin(model);
    this.#wait = 0;
    this.#weights = undefined;
    this.stoppedEpoch = undefined;
    this.bestEpoch = 0;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    const { patience = 0, startFromEpoch = 0, baseline, restoreBestWeights = false } = this.#options;
    const monitor = this.#monitor;
    const current = monitor.read(logs);
    if (epoch < startFromEpoch) return;
    const model = this.#model!;
    if (restoreBestWeights) this.#weights ??= model.getWeights();
    this.#wait++;
    if (monitor.isBetter(current, monitor.best)) {
      monitor.best = current;
      this.bestEpoch = epoch;
      if (restoreBestWeights) this.#weights = model.getWeights();
      if (baseline === undefined || monitor.isBetter(current, baseline)) this.#wait = 0;
      return;
    }
    if (this.#wait < patience || epoch === 0) return;
    this.stoppedEpoch = epoch;
    model.stopTraining = true;
  }

  onTrainEnd(): void {
    const { verbose = 0 } = this.#options;
    if (verbose && this.stoppedEpoch !== undefined) console.log(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (!this.#weights) return;
    if (verbose) console.log(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`);
    this.#model!.setWeights(this.#weights);
    this.#weights = undefined;
  }

  /** Cancelled or failed runs restore the weights, too. */
  onTrainFinally(): void {
    if (this.#weights) this.onTrainEnd();
  }

  getState(): SavedState {
    return {
      best: savedNumber(this.#monitor.best),
      bestEpoch: this.bestEpoch,
      wait: this.#wait,
      stoppedEpoch: this.stoppedEpoch ?? null,
      weights: this.#weights ?? null,
    };
  }

  setState(state: SavedState): void {
    const saved = new StateReader('EarlyStopping', state);
    this.#monitor.best = saved.optionalNumber('best');
    this.bestEpoch = saved.number('bestEpoch');
    this.#wait = saved.number('wait');
    this.stoppedEpoch = saved.optionalNumber('stoppedEpoch');
    this.#weights = saved.optionalTensors('weights');
  }
}

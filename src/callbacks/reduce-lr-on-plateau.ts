import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Callback, Logs, SavedState, TrainedModel } from './callback.ts';
import { StateReader, savedNumber } from './callback-state.ts';
import { Monitor, type MonitorOptions, monitorOptions } from './monitor.ts';

/** Options of {@link ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by, in (0, 1). Default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement after which the rate is reduced. Default 10. */
  readonly patience?: number;
  /** A change by less is none. Default 1e-4. */
  readonly minDelta?: number;
  /** Epochs after a reduction in which nothing is counted. Default 0. */
  readonly cooldown?: number;
  /** The rate never falls below this. Default 0. */
  readonly minLr?: number;
  /** 1 prints a line for every reduction. Default 0. */
  readonly verbose?: 0 | 1;
}

const options = {
  ...monitorOptions,
  factor: true,
  patience: true,
  cooldown: true,
  minLr: true,
  verbose: true,
} satisfies Record<keyof ReduceLROnPlateauOptions, true>;

/**
 * Performance scheduling: reduces the learning rate when a number has not improved for `patience` epochs. Semantics of Keras's callback
 * of that name; adds `learning_rate` to the logs. Not for optimizers whose rate follows a schedule.
 *
 * @throws MyelinError when an option is bad, or the number is not among the logs
 */
export class ReduceLROnPlateau implements Callback {
  readonly #options: ReduceLROnPlateauOptions;
  readonly #monitor: Monitor;
  #model: TrainedModel | undefined;
  #wait = 0;
  #cooling = 0;

  constructor(given: ReduceLROnPlateauOptions = {}) {
    const where = 'ReduceLROnPlateau';
    checkOptionNames(where, given, options);
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0 } = given;
    if (typeof factor !== 'number' || !(factor > 0 && factor < 1))
      fail(where, '`factor` to be a number between 0 and 1', describe(factor));
    for (const [name, value] of Object.entries({ patience, cooldown })) {
      if (!Number.isInteger(value) || value < 0) fail(where, `\`${name}\` to be an integer >= 0`, describe(value));
    }
    if (typeof minLr !== 'number' || !(minLr >= 0)) fail(where, '`minLr` to be a number >= 0', describe(minLr));
    this.#options = given;
    this.#monitor = new Monitor(where, { minDelta: 1e-4, ...given });
  }

  onTrainBegin(model: TrainedModel): void {
    this.#model = model;
    this.#monitor.begin(model);
    this.#wait = 0;
    this.#cooling = 0;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0, verbose = 0 } = this.#options;
    const { optimizer } = this.#model!;
    const monitor = this.#monitor;
    const current = monitor.read(logs);
    logs.learning_rate = optimizer.learningRate;
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#wait = 0;
    }
    if (monitor.isBetter(current, monitor.best)) {
      monitor.best = current;
      this.#wait = 0;
      return;
    }
    if (this.#cooling > 0) return;
    this.#wait++;
    const rate = optimizer.learningRate;
    if (this.#wait < patience || rate <= Math.fround(minLr)) return;
    optimizer.learningRate = Math.max(rate * factor, minLr);
    if (verbose) console.log(`Epoch ${epoch + 1}: the learning rate is now ${optimizer.learningRate}`);
    this.#cooling = cooldown;
    this.#wait = 0;
  }

  getState(): SavedState {
    return { best: savedNumber(this.#monitor.best), wait: this.#wait, cooling: this.#cooling };
  }

  setState(state: SavedState): void {
    const saved = new StateReader('ReduceLROnPlateau', state);
    this.#monitor.best = saved.optionalNumber('best');
    this.#wait = saved.number('wait');
    this.#cooling = saved.number('cooling');
  }
}

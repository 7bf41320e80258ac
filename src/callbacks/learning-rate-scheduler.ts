import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Callback, Logs, TrainedModel } from './callback.ts';

/** Options of {@link LearningRateScheduler}. */
export interface LearningRateSchedulerOptions {
  /** The rate of an epoch (counted from 0), given that epoch and the present rate. */
  readonly schedule: (epoch: number, learningRate: number) => number;
  /** 1 prints a line for every epoch. Default 0. */
  readonly verbose?: 0 | 1;
}

const options = { schedule: true, verbose: true } satisfies Record<keyof LearningRateSchedulerOptions, true>;

/**
 * Sets the learning rate at the beginning of every epoch; adds `learning_rate` to the logs. A rate that changes with every step is set
 * by giving the optimizer a schedule.
 *
 * @example
 * new LearningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * 0.9))
 *
 * @throws MyelinError when the schedule returns no finite number >= 0, naming the epoch
 */
export class LearningRateScheduler implements Callback {
  readonly #options: LearningRateSchedulerOptions;
  #model: TrainedModel | undefined;

  /** Accepts the options, or the schedule alone. */
  constructor(given: LearningRateSchedulerOptions | LearningRateSchedulerOptions['schedule']) {
    this.#options = typeof given === 'function' ? { schedule: given } : given;
    checkOptionNames('LearningRateScheduler', this.#options, options);
    const { schedule } = this.#options;
    if (typeof schedule !== 'function')
      fail('LearningRateScheduler', '`schedule` to be a function of the epoch', describe(schedule));
  }

  onTrainBegin(model: TrainedModel): void {
    this.#model = model;
  }

  onEpochBegin(epoch: number): void {
    const { optimizer } = this.#model!;
    const { schedule, verbose = 0 } = this.#options;
    const rate = schedule(epoch, optimizer.learningRate);
    if (typeof rate !== 'number' || !(rate >= 0 && rate < Infinity))
      fail('LearningRateScheduler', `a finite rate >= 0 for epoch ${epoch}`, describe(rate));
    optimizer.learningRate = rate;
    if (verbose) console.log(`Epoch ${epoch + 1}: the learning rate is ${rate}`);
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    logs.learning_rate = this.#model!.optimizer.learningRate;
  }
}

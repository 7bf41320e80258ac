import { describe, fail } from '../base/fail.ts';
import type { OptionNames } from '../base/names.ts';
import { notNegative, positive } from './checks.ts';
import { type LearningRateSchedule, rateOf, Schedule } from './schedule.ts';

/** Options of {@link WarmUp}. */
export interface WarmUpOptions {
  /** Steps of the rise. */
  readonly warmupSteps: number;
  /** What follows: a rate, or a schedule that then starts at its step 0. */
  readonly schedule: number | LearningRateSchedule;
  /** Rate of step 0. Default 0. */
  readonly initialLearningRate?: number;
}

/**
 * A rate that rises in a straight line to where another schedule begins: η₀ + (η(0) − η₀)·step / w while step < w, then η(step − w).
 *
 * @throws MyelinError when `warmupSteps` is not positive, a rate is negative, or there is no schedule
 */
export class WarmUp extends Schedule<WarmUpOptions> {
  static override readonly type: string = 'WarmUp';
  static override readonly optionNames: OptionNames = {
    warmupSteps: true,
    schedule: true,
    initialLearningRate: true,
  } satisfies Record<keyof WarmUpOptions, true>;

  constructor(options: WarmUpOptions) {
    super(options);
    const { warmupSteps, schedule, initialLearningRate = 0 } = options;
    positive(this.type, 'warmupSteps', warmupSteps);
    notNegative(this.type, 'initialLearningRate', initialLearningRate);
    if (typeof schedule === 'number') notNegative(this.type, 'schedule', schedule);
    else if (typeof schedule !== 'function' && !(schedule instanceof Schedule))
      fail(this.type, '`schedule` to be a rate or a schedule', describe(schedule));
  }

  override get cyclesMomentum(): boolean {
    const { schedule } = this.options;
    return schedule instanceof Schedule && schedule.cyclesMomentum;
  }

  /** That of the schedule, as at its step 0 while the rate rises. */
  override momentumAt(step: number): number | undefined {
    const { warmupSteps, schedule } = this.options;
    return schedule instanceof Schedule ? schedule.momentumAt(Math.max(0, step - warmupSteps)) : undefined;
  }

  override rateAt(step: number): number {
    const { warmupSteps, schedule, initialLearningRate = 0 } = this.options;
    const after = (at: number): number => (typeof schedule === 'number' ? schedule : rateOf(schedule, at));
    if (step >= warmupSteps) return after(step - warmupSteps);
    return initialLearningRate + ((after(0) - initialLearningRate) * step) / warmupSteps;
  }
}

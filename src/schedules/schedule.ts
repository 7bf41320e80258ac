/**
 * @file The base of every schedule. A schedule is its options and a formula of the step: it keeps no state, so that a run that was
 * interrupted goes on with the same rates. Its config is `{ type, options }`, which `JSON.stringify` writes and `resolveSchedule` reads.
 */

import { checkOptionNames, type OptionNames } from '../base/names.ts';
import { type PlainValue, plainOptions } from './config.ts';

/** Learning rates that follow a formula of the step. */
export abstract class Schedule<O extends object = object> {
  /** Name of the class in saved models, as in Keras. Explicit, because minifiers rename classes. */
  static readonly type: string = 'Schedule';
  /** Names of its options, so that others are refused. */
  static readonly optionNames?: OptionNames;

  /** What the schedule was made with: its config. */
  readonly options: Readonly<O>;

  constructor(options: O) {
    const made = this.constructor as typeof Schedule;
    if (Object.hasOwn(made, 'optionNames') && made.optionNames) checkOptionNames(made.type, options ?? null, made.optionNames);
    this.options = options;
  }

  /** The class's {@link Schedule.type}. */
  get type(): string {
    return (this.constructor as typeof Schedule).type;
  }

  /** The learning rate of a step, counted from 0. */
  abstract rateAt(step: number): number;

  /** Whether it gives a momentum, too. */
  get cyclesMomentum(): boolean {
    return false;
  }

  /** The momentum (β₁ of Adam and its relatives) of a step, counted from 0, in place of the optimizer's; undefined leaves it alone. */
  momentumAt(_step: number): number | undefined {
    return undefined;
  }

  /**
   * What `JSON.stringify` writes and `resolveSchedule` reads.
   *
   * @throws MyelinError naming an option that JSON cannot hold, such as a function
   */
  toJSON(): { type: string; options: Record<string, PlainValue> } {
    return { type: this.type, options: plainOptions(this.type, this.options) };
  }
}

/**
 * The learning rate of a step, counted from 0: a {@link Schedule} or a function of one's own. It must depend on the step alone, so that a
 * run that was interrupted goes on with the same rates.
 */
export type LearningRateSchedule = Schedule | ((step: number) => number);

/** What a schedule says about a step. */
export function rateOf(schedule: LearningRateSchedule, step: number): number {
  return typeof schedule === 'function' ? schedule(step) : schedule.rateAt(step);
}

/**
 * @file A learning rate: a number that lives in the engine's memory, so that it can be changed between steps and is saved, or a schedule.
 */

import { describe, fail } from '../base/fail.ts';
import { engine, type LinearMemory } from '../engine/index.ts';
import { Variable } from '../graph/variable.ts';
import { type LearningRateSchedule, rateOf, resolveSchedule, Schedule, type ScheduleConfig } from '../schedules/index.ts';
import { positive } from './checks.ts';

/** Where a rate's number lies. */
interface Place {
  readonly memory: LinearMemory;
  readonly variable: Variable;
}

const isRate = (rate: unknown): boolean => typeof rate === 'number' && rate >= 0 && rate < Number.POSITIVE_INFINITY;

/** The rate of an optimizer or of one of its parameter groups. */
export class LearningRate {
  readonly #where: string;
  #number = 0;
  #schedule: LearningRateSchedule | undefined;
  #place: Place | undefined;

  constructor(where: string, option: string, spec: number | LearningRateSchedule | ScheduleConfig) {
    this.#where = where;
    if (typeof spec === 'function' || (typeof spec === 'object' && spec !== null)) this.#schedule = resolveSchedule(where, spec);
    else this.#number = positive(where, option, spec);
  }

  /** The schedule it follows, if it does. */
  get schedule(): LearningRateSchedule | undefined {
    return this.#schedule;
  }

  /** The rate of step `step`, counted from 0: what the schedule says, or the number as it is now. */
  at(step: number): number {
    if (this.#schedule) {
      const rate = rateOf(this.#schedule, step);
      // As steps compute with it.
      return isRate(rate) ? Math.fround(rate) : this.#refuse(rate, step);
    }
    const stored = this.#place?.memory.floats[this.#place.variable.address >>> 2];
    return stored === undefined || stored === Math.fround(this.#number) ? this.#number : stored;
  }

  /** Changes the rate from the next step on. A schedule may replace a number but not the other way round. */
  set(rate: number | LearningRateSchedule): void {
    if (typeof rate === 'function' || rate instanceof Schedule) {
      this.#schedule = rate;
      return;
    }
    if (this.#schedule) {
      const hint = 'make the optimizer with a number if the rate is to be set.';
      fail(this.#where, '`learningRate` to be left to its schedule', `an assignment of ${describe(rate)}`, hint);
    }
    if (!isRate(rate)) fail(this.#where, '`learningRate` to be a finite number >= 0', describe(rate));
    this.#number = rate;
    if (this.#place) this.#place.memory.floats[this.#place.variable.address >>> 2] = rate;
  }

  /** Gives the number its place in memory, under `name`, when it has none yet. */
  start(name: string): Variable {
    if (!this.#place) {
      const variable = new Variable(name, []);
      variable.view()[0] = this.#number;
      this.#place = { memory: engine().memory, variable };
    }
    return this.#place.variable;
  }

  /**
   * Writes the rate of a step to `floats[at]`. In memory, because as the result of a call that is not inlined it would become an object;
   * {@link LearningRate.start} has been called.
   */
  put(floats: Float32Array, at: number, step: number): void {
    const schedule = this.#schedule;
    if (schedule === undefined) {
      floats[at] = floats[this.#place!.variable.address >>> 2]!;
      return;
    }
    const rate = typeof schedule === 'function' ? schedule(step) : schedule.rateAt(step);
    if (!isRate(rate)) this.#refuse(rate, step);
    floats[at] = rate;
  }

  #refuse(rate: unknown, step: number): never {
    return fail(this.#where, 'the schedule to give a finite rate >= 0', `${describe(rate)} at step ${step}`);
  }
}

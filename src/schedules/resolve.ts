/** @file From the config of a schedule, as saved files hold it, back to the schedule. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import * as all from './all.ts';
import { type LearningRateSchedule, Schedule } from './schedule.ts';

/** A schedule as JSON has it. */
export interface ScheduleConfig {
  readonly type: string;
  readonly options: object;
}

type ScheduleClass = new (options: never) => Schedule;

const classes: Readonly<Record<string, ScheduleClass>> = Object.fromEntries(
  Object.values(all).map((ScheduleClass) => [ScheduleClass.type, ScheduleClass]),
);

function isConfig(value: unknown): value is ScheduleConfig {
  return typeof value === 'object' && value !== null && 'type' in value && 'options' in value;
}

/**
 * The schedule that `spec` means: itself, or the one its config describes, also of schedules inside of it.
 *
 * @throws MyelinError with the nearest known name when there is no such schedule
 */
export function resolveSchedule(where: string, spec: LearningRateSchedule | ScheduleConfig): LearningRateSchedule {
  if (typeof spec === 'function' || spec instanceof Schedule) return spec;
  if (!isConfig(spec) || typeof spec.type !== 'string') return fail(where, 'a schedule or its { type, options }', describe(spec));
  const ScheduleClass = lookup(where, 'schedule', spec.type, classes);
  const options = Object.entries(spec.options).map(([key, value]) => [
    key,
    isConfig(value) ? resolveSchedule(where, value) : value,
  ]);
  return new ScheduleClass(Object.fromEntries(options) as never);
}

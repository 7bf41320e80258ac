/** @file The rule by which callbacks watch one of the logged numbers: which way is better, and by how much something is better. */

import { describe, fail } from '../base/fail.ts';
import { nearestName } from '../base/names.ts';
import type { Logs, TrainedModel } from './callback.ts';

/** Which way is better: 'auto' takes it from the metric; a loss is better when it is lower. */
export type MonitorMode = 'auto' | 'min' | 'max';

/** Options of callbacks that watch a number. */
export interface MonitorOptions {
  /** Name of the number in the logs. Default 'val_loss'. */
  readonly monitor?: string;
  /** Default 'auto'. */
  readonly mode?: MonitorMode;
  /** A change by less is none. Default 0. */
  readonly minDelta?: number;
}

/** The names of {@link MonitorOptions}. */
export const monitorOptions = { monitor: true, mode: true, minDelta: true } satisfies Record<keyof MonitorOptions, true>;

/** Watches one of the logged numbers. */
export class Monitor {
  readonly name: string;
  readonly #where: string;
  readonly #mode: MonitorMode;
  readonly #minDelta: number;
  #model: TrainedModel | undefined;
  /** 1 where lower is better, −1 where higher is; known once the model has run. */
  #sign: 1 | -1 | undefined;
  /** The best value so far; undefined before the first. */
  best: number | undefined;

  constructor(where: string, { monitor = 'val_loss', mode = 'auto', minDelta = 0 }: MonitorOptions) {
    if (typeof monitor !== 'string' || monitor === '')
      fail(where, '`monitor` to be the name of a logged number', describe(monitor));
    if (!['auto', 'min', 'max'].includes(mode)) fail(where, "`mode` to be 'auto', 'min' or 'max'", describe(mode));
    if (typeof minDelta !== 'number' || Number.isNaN(minDelta)) fail(where, '`minDelta` to be a number', describe(minDelta));
    this.#where = where;
    this.name = monitor;
    this.#mode = mode;
    this.#minDelta = Math.abs(minDelta);
  }

  /** Starts over, for a run of `model`. */
  begin(model: TrainedModel): void {
    this.best = undefined;
    this.#model = model;
    this.#sign = undefined;
  }

  /**
   * The number in the logs of an epoch.
   *
   * @throws MyelinError when there is none, naming those there are (a misspelt name would otherwise never do anything), or when nobody
   *   knows which way is better
   */
  read(logs: Logs): number {
    const value = logs[this.name];
    if (value !== undefined) {
      this.#sign ??= this.#direction();
      return value;
    }
    const names = Object.keys(logs);
    const near = nearestName(this.name, names);
    const isValidation = this.name.startsWith('val_') && !names.some((name) => name.startsWith('val_'));
    const hint = isValidation
      ? 'give fit validationData or a validationSplit.'
      : `${near ? `did you mean '${near}'? ` : ''}There are: ${names.join(', ')}.`;
    return fail(this.#where, '`monitor` to be one of the logged numbers', describe(this.name), hint);
  }

  /** Whether `value` is better than `other` by more than minDelta. NaN never is. */
  isBetter(value: number, other: number | undefined): boolean {
    if (Number.isNaN(value)) return false;
    const sign = this.#sign ?? 1;
    return other === undefined || sign * value + this.#minDelta < sign * other;
  }

  #direction(): 1 | -1 {
    const direction = this.#mode === 'auto' ? directionOf(this.name, this.#model!) : this.#mode;
    if (direction) return direction === 'max' ? -1 : 1;
    const hint = "say mode: 'min' or mode: 'max'.";
    return fail(this.#where, 'a `monitor` of which it is known whether lower or higher is better', describe(this.name), hint);
  }
}

function directionOf(name: string, model: TrainedModel): 'max' | 'min' | undefined {
  const plain = name.replace(/^val_/, '');
  return plain === 'loss' || plain.endsWith('_loss') ? 'min' : model.directionOf(plain);
}

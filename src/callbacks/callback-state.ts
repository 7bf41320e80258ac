/**
 * @file What callbacks remember, as plain values and tensors. JSON has no NaN and no Infinity, so such numbers are written as their names;
 * what is absent is null.
 */

import { describe, fail } from '../base/fail.ts';
import { Tensor } from '../base/tensor.ts';
import type { SavedState } from './callback.ts';

/** A number as JSON can hold it. */
export function savedNumber(value: number | undefined): number | string | null {
  if (value === undefined) return null;
  return Number.isFinite(value) ? value : String(value);
}

/** Reads what a callback's `getState` gave, and refuses what it cannot have given. */
export class StateReader {
  readonly #where: string;
  readonly #state: Readonly<Record<string, SavedState>>;

  /** @throws MyelinError when the state is no object */
  constructor(where: string, state: SavedState) {
    this.#where = where;
    if (typeof state !== 'object' || state === null || Array.isArray(state) || state instanceof Tensor)
      this.#refuse('an object', state);
    this.#state = state as Readonly<Record<string, SavedState>>;
  }

  #refuse(expected: string, got: SavedState | undefined): never {
    return fail(this.#where, `${expected} in its saved state`, describe(got), 'the state is that of another callback.');
  }

  /** A number, also NaN and infinities; undefined where null was saved. */
  optionalNumber(name: string): number | undefined {
    const value = this.#state[name];
    if (value === null) return undefined;
    if (typeof value === 'number') return value;
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
    return this.#refuse(`\`${name}\` as a number`, value);
  }

  /** A number that must be there. */
  number(name: string): number {
    return this.optionalNumber(name) ?? this.#refuse(`\`${name}\` as a number`, null);
  }

  /** A list of numbers. */
  numbers(name: string): number[] {
    return this.list(name).map((value, i) => new StateReader(this.#where, { [`${name}[${i}]`]: value }).number(`${name}[${i}]`));
  }

  /** A list of strings; undefined where null was saved. */
  optionalStrings(name: string): string[] | undefined {
    if (this.#state[name] === null) return undefined;
    return this.list(name).map((value) => (typeof value === 'string' ? value : this.#refuse(`\`${name}\` of strings`, value)));
  }

  /** Tensors; undefined where null was saved. */
  optionalTensors(name: string): Tensor[] | undefined {
    if (this.#state[name] === null) return undefined;
    return this.list(name).map((value) => (value instanceof Tensor ? value : this.#refuse(`\`${name}\` of tensors`, value)));
  }

  /** A list of anything. */
  list(name: string): readonly SavedState[] {
    const value = this.#state[name];
    return Array.isArray(value) ? value : this.#refuse(`\`${name}\` as a list`, value);
  }

  /** An object of anything. */
  object(name: string): Readonly<Record<string, SavedState>> {
    return new StateReader(this.#where, this.#state[name] ?? null).#state;
  }
}

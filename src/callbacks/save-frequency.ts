/** @file How often callbacks save: after every epoch, or after every so many batches. */

import { describe, fail } from '../base/fail.ts';

/** After every epoch, or after so many batches, counted across epochs. */
export type SaveFrequency = 'epoch' | number;

/** `value` if it is a frequency. */
export function checkSaveFreq(where: string, value: SaveFrequency, name = 'saveFreq'): SaveFrequency {
  if (value === 'epoch' || (Number.isInteger(value) && value > 0)) return value;
  return fail(where, `\`${name}\` to be 'epoch' or a number of batches >= 1`, describe(value));
}

/** Counts batches from one save to the next. */
export class BatchCounter {
  readonly #frequency: SaveFrequency;
  /** Batches since the last save. */
  since = 0;

  constructor(frequency: SaveFrequency) {
    this.#frequency = frequency;
  }

  /** Counts a batch; true when it is time to save, which starts the count anew. */
  isDue(): boolean {
    this.since++;
    if (this.#frequency === 'epoch' || this.since < this.#frequency) return false;
    this.since = 0;
    return true;
  }
}

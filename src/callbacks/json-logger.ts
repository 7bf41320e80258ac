import { checkOptionNames } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import type { Callback, Logs, SavedState } from './callback.ts';
import { StateReader, savedNumber } from './callback-state.ts';
import { type LinePlace, LogFile } from './log-file.ts';

/** Options of {@link JSONLogger}. */
export interface JSONLoggerOptions {
  /** The file to write. */
  readonly path: string;
  /** Adds to a file that is there. Default false: the file is replaced. */
  readonly append?: boolean;
  /** Also writes a line after every so many batches of an epoch. Default: only after epochs. */
  readonly batchFreq?: number;
}

const options = { path: true, append: true, batchFreq: true } satisfies Record<keyof JSONLoggerOptions, true>;

/**
 * Writes the results of every epoch as a line of JSON: `{"epoch":0,"time":"2025-01-31T12:00:00.000Z","accuracy":0.9,"loss":0.3}`. Epochs
 * count from 0, times are UTC. With `batchFreq`, lines with a `batch` (counted from 0) hold the running means since the epoch began. JSON
 * has no NaN and no infinities: they are the strings `"NaN"`, `"Infinity"`, `"-Infinity"`.
 *
 * Every line is in the file before training goes on. When a run is resumed, the lines of epochs that are run again are replaced.
 *
 * @throws MyelinError when an option is bad or the file cannot be written
 */
export class JSONLogger implements Callback {
  readonly #file: LogFile;
  #epoch = 0;

  constructor(given: JSONLoggerOptions) {
    checkOptionNames('JSONLogger', given ?? null, options);
    const { path, append = false, batchFreq } = given;
    this.#file = new LogFile('JSONLogger', path, append, placeOf);
    if (batchFreq === undefined) return;
    wholeNumber('JSONLogger', 'batchFreq', batchFreq, 1);
    // A hook that is called in every step is there only where it is needed.
    this.onTrainBatchEnd = (batch, logs) => {
      if ((batch + 1) % batchFreq === 0) return this.#write([this.#epoch, batch], lineOf({ epoch: this.#epoch, batch }, logs));
    };
  }

  onTrainBatchEnd?: (batch: number, logs: Logs) => void | Promise<void>;

  onTrainBegin(): void {
    this.#file.begin();
  }

  async onEpochBegin(epoch: number): Promise<void> {
    this.#epoch = epoch;
    await this.#file.prepare([epoch, 0]);
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    await this.#write([epoch, Number.POSITIVE_INFINITY], lineOf({ epoch }, logs));
  }

  async #write(place: LinePlace, line: string): Promise<void> {
    await this.#file.prepare(place);
    await this.#file.append(line);
  }

  getState(): SavedState {
    return { epoch: this.#epoch, start: this.#file.start ?? null };
  }

  setState(state: SavedState): void {
    const saved = new StateReader('JSONLogger', state);
    this.#epoch = saved.number('epoch');
    this.#file.resume(saved.optionalNumber('start'));
  }
}

function lineOf(place: Readonly<Record<string, number>>, logs: Logs): string {
  const values = Object.fromEntries(Object.entries(logs).map(([name, value]) => [name, savedNumber(value)]));
  const head = { ...place, time: new Date().toISOString() };
  return `${JSON.stringify({ ...head, ...values, ...head })}\n`;
}

function placeOf(line: string): LinePlace | undefined {
  try {
    const { epoch, batch = Number.POSITIVE_INFINITY } = JSON.parse(line) as { epoch?: number; batch?: number };
    return epoch === undefined ? undefined : [epoch, batch];
  } catch {
    return undefined;
  }
}

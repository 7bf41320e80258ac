import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Callback, Logs, SavedState } from './callback.ts';
import { StateReader } from './callback-state.ts';
import { LogFile } from './log-file.ts';
import { pythonFloat } from './python-format.ts';

/** Options of {@link CSVLogger}. */
export interface CSVLoggerOptions {
  /** The file to write. */
  readonly path: string;
  /** One character between two values. Default ','. */
  readonly separator?: string;
  /** Adds to a file that is there, without a second heading. Default false: the file is replaced. */
  readonly append?: boolean;
}

const options = { path: true, separator: true, append: true } satisfies Record<keyof CSVLoggerOptions, true>;

/**
 * Writes the results of every epoch as a line of a CSV file: the epoch, counted from 0, and the logged numbers in alphabetical order,
 * `NA` where there is none. The columns are those of the first epoch and, where that had no validation, a `val_…` for each, so that a
 * later validation has its place. Lines end in `\r\n`; numbers look as Python writes them (`1.0`, `1e-05`, `nan`, `inf`). Semantics and
 * bytes are those of Keras's callback of that name.
 *
 * Every line is in the file before the next epoch begins. When a run is resumed, the lines of epochs that are run again are replaced.
 * What other callbacks add to the logs (`learning_rate`) is written if they stand before this one.
 *
 * @throws MyelinError when an option is bad or the file cannot be written
 */
export class CSVLogger implements Callback {
  readonly #separator: string;
  readonly #file: LogFile;
  #keys: readonly string[] | undefined;

  constructor(given: CSVLoggerOptions) {
    checkOptionNames('CSVLogger', given ?? null, options);
    const { path, separator = ',', append = false } = given;
    if (typeof separator !== 'string' || !/^[^"\r\n]$/u.test(separator))
      fail('CSVLogger', '`separator` to be one character other than a quote or line end', describe(separator));
    this.#separator = separator;
    this.#file = new LogFile('CSVLogger', path, append, (line) => {
      const first = line.slice(0, line.indexOf(separator));
      return /^\d+$/.test(first) ? [Number(first), whole] : undefined;
    });
  }

  onTrainBegin(): void {
    this.#keys = undefined;
    this.#file.begin();
  }

  async onEpochBegin(epoch: number): Promise<void> {
    await this.#file.prepare([epoch, 0]);
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    await this.#file.prepare([epoch, whole]);
    this.#keys ??= columnsOf(logs);
    const keys = this.#keys;
    const values = keys.map((key) => (logs[key] === undefined ? 'NA' : pythonFloat(logs[key])));
    const heading = this.#file.isEmpty ? this.#line(['epoch', ...keys]) : '';
    await this.#file.append(heading + this.#line([String(epoch), ...values]));
  }

  /** Quotes are written where a value would be read otherwise without, and nowhere else. */
  #line(values: readonly string[]): string {
    const cell = (value: string): string =>
      /["\r\n]/.test(value) || value.includes(this.#separator) ? `"${value.replaceAll('"', '""')}"` : value;
    return `${values.map(cell).join(this.#separator)}\r\n`;
  }

  getState(): SavedState {
    return { start: this.#file.start ?? null, keys: this.#keys ?? null };
  }

  setState(state: SavedState): void {
    const saved = new StateReader('CSVLogger', state);
    this.#keys = saved.optionalStrings('keys');
    this.#file.resume(saved.optionalNumber('start'));
  }
}

/** In place of a batch: the whole epoch. */
const whole = Number.POSITIVE_INFINITY;

function columnsOf(logs: Logs): string[] {
  const keys = Object.keys(logs).sort();
  return keys.some((key) => key.startsWith('val_')) ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
}

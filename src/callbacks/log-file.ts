/**
 * @file Files that grow by a line per epoch. Every line is on the disk before training goes on. When a run is resumed, what an earlier
 * attempt wrote of epochs that are run again is taken out, so that no epoch is there twice.
 */

import { describe, fail } from '../base/fail.ts';
import { files } from '../base/files.ts';

/** What a line is of: an epoch, and a batch, or the whole of it (Infinity). */
export type LinePlace = readonly [epoch: number, batch: number];

/** A file of lines. */
export class LogFile {
  readonly #where: string;
  readonly #path: string;
  readonly #isAppended: boolean;
  readonly #placeOf: (line: string) => LinePlace | undefined;
  #start: number | undefined;
  #isResumed = false;
  #isReady = false;
  #isEmpty = true;

  /**
   * @param placeOf what a line is of; undefined for a heading
   * @throws MyelinError when the path is no text
   */
  constructor(where: string, path: unknown, isAppended: boolean, placeOf: (line: string) => LinePlace | undefined) {
    if (typeof path !== 'string' || path === '') fail(where, '`path` to be the name of a file', describe(path));
    this.#where = where;
    this.#path = path as string;
    this.#isAppended = isAppended;
    this.#placeOf = placeOf;
  }

  /** A new run begins. The file stays as it is until the first epoch does: by then it is known whether a run goes on. */
  begin(): void {
    this.#start = undefined;
    this.#isResumed = false;
    this.#isReady = false;
  }

  /** Where the lines of this run begin, in bytes; undefined before the first epoch. */
  get start(): number | undefined {
    return this.#start;
  }

  /** Whether nothing is in the file. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Goes on with a run whose lines begin at `start`. */
  resume(start: number | undefined): void {
    this.#isResumed = start !== undefined;
    this.#start = start;
  }

  /** Makes the file ready for the line of a place and later ones; only the first call of a run does anything. */
  async prepare(place: LinePlace): Promise<void> {
    if (this.#isReady) return;
    const disk = files(this.#where);
    const size = await disk.size(this.#path);
    const isKept = this.#isResumed || this.#isAppended;
    if (!isKept) await disk.write(this.#path, '');
    else if (this.#isResumed && size !== undefined) await this.#cut(place);
    this.#start ??= isKept ? (size ?? 0) : 0;
    this.#isEmpty = !((await disk.size(this.#path)) ?? 0);
    this.#isReady = true;
  }

  /** Takes out the lines of a place and later ones, and what is left of a line whose writing was interrupted. */
  async #cut([epoch, batch]: LinePlace): Promise<void> {
    const bytes = await files(this.#where).read(this.#path);
    const start = Math.min(this.#start ?? 0, bytes.length);
    const text = new TextDecoder().decode(bytes.subarray(start));
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split(/(?<=\n)/);
    const isBefore = (line: string): boolean => {
      const [ofEpoch, ofBatch] = this.#placeOf(line) ?? [-1, 0];
      return ofEpoch < epoch || (ofEpoch === epoch && ofBatch < batch);
    };
    const kept = lines.filter(isBefore).join('');
    if (kept === text) return;
    const rest = new TextEncoder().encode(kept);
    const all = new Uint8Array(start + rest.length);
    all.set(bytes.subarray(0, start));
    all.set(rest, start);
    await files(this.#where).write(this.#path, all);
  }

  /** Adds to the end. */
  async append(text: string): Promise<void> {
    await files(this.#where).append(this.#path, text);
    this.#isEmpty = false;
  }
}

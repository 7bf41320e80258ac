/**
 * @file Rows of one length read from a file that may be larger than memory. The file is read once from start to end, in large blocks, the
 * next one while the last is being used; rows that a shuffle passes over are kept until they are asked for, which is never more of them
 * than its buffer holds. Orders too wild for that fetch every row from its place.
 */

import { closeSync, openSync, read, readSync } from 'node:fs';
import { fail, internal } from '../base/fail.ts';
import { type Awaitable, isPromise, until, whenReady } from '../data/pass.ts';

/** Where rows lie in a file. */
export interface RowPlaces {
  readonly path: string;
  readonly rowBytes: number;
  /** Where the first row begins. */
  readonly offset: number;
  readonly count: number;
}

const blockBytes = 2 ** 21;
/** Most bytes of rows that are kept because they were passed over. */
const mostKept = 2 ** 28;

const finished = {};

/** Reads rows during one pass, each at most once. */
export class BlockReader {
  readonly #where: string;
  readonly #places: RowPlaces;
  readonly #file: number;
  readonly #blockRows: number;
  readonly #isDirect: boolean;
  /** The block in use: rows from `#start` up to `#stop`, those given away marked. */
  #block: Uint8Array;
  #start: number;
  #stop: number;
  readonly #isGiven: Uint8Array;
  /** The block that is being read, and its rows. */
  #next: Uint8Array;
  #reading: Promise<number> | undefined;
  /** Rows passed over: number → place in `#kept`. */
  readonly #placeOf = new Map<number, number>();
  readonly #free: number[] = [];
  #kept = new Uint8Array(0);
  #isClosed = false;

  /**
   * @param window most rows that are passed over at a time
   * @param start the least row that will be asked for
   */
  constructor(where: string, places: RowPlaces, window: number, start: number) {
    this.#where = where;
    this.#places = places;
    this.#blockRows = Math.max(1, Math.min(places.count, Math.floor(blockBytes / places.rowBytes)));
    this.#isDirect = window * places.rowBytes > mostKept;
    const size = this.#isDirect ? 0 : this.#blockRows * places.rowBytes;
    this.#block = new Uint8Array(size);
    this.#next = new Uint8Array(size);
    this.#isGiven = new Uint8Array(this.#blockRows);
    this.#start = start;
    this.#stop = start;
    this.#file = opened(where, places.path);
  }

  /** Number of rows that are kept because they were passed over. */
  get kept(): number {
    return this.#placeOf.size;
  }

  /** Puts rows into `target`, one behind the other. */
  gather(numbers: Int32Array, target: Uint8Array): Awaitable<void> {
    const { rowBytes } = this.#places;
    let i = 0;
    const result = until<object>(() => {
      while (i < numbers.length) {
        const copied = this.#isDirect ? this.#fetch(numbers[i]!, target, i * rowBytes) : this.#copy(numbers, i, target);
        if (copied === 0) return whenReady(this.#advance(), () => undefined);
        i += copied;
      }
      return finished;
    });
    return isPromise(result) ? result.then(() => {}) : undefined;
  }

  close(): Awaitable<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#kept = new Uint8Array(0);
    const close = (): void => closeSync(this.#file);
    // The file stays open while somebody reads from it.
    return this.#reading ? this.#reading.then(close, close) : close();
  }

  #fetch(number: number, target: Uint8Array, at: number): number {
    const { rowBytes, offset } = this.#places;
    let done = 0;
    while (done < rowBytes) {
      const got = readSync(this.#file, target, at + done, rowBytes - done, offset + number * rowBytes + done);
      if (got === 0) this.#refuseEnd();
      done += got;
    }
    return 1;
  }

  /** Copies the row at `i`, and those that follow it in the order as in the file. Gives how many; 0 when it has not been read yet. */
  #copy(numbers: Int32Array, i: number, target: Uint8Array): number {
    const { rowBytes } = this.#places;
    const number = numbers[i]!;
    if (number >= this.#stop) return 0;
    if (number < this.#start) {
      const place = this.#placeOf.get(number);
      if (place === undefined) return internal(`row ${number} was asked for twice`);
      target.set(this.#kept.subarray(place * rowBytes, (place + 1) * rowBytes), i * rowBytes);
      this.#placeOf.delete(number);
      this.#free.push(place);
      return 1;
    }
    let count = 1;
    while (i + count < numbers.length && numbers[i + count] === number + count && number + count < this.#stop) count++;
    const from = number - this.#start;
    this.#isGiven.fill(1, from, from + count);
    target.set(this.#block.subarray(from * rowBytes, (from + count) * rowBytes), i * rowBytes);
    return count;
  }

  /** Keeps what was passed over in the block, and goes on to the next one. */
  async #advance(): Promise<void> {
    for (let row = 0; row < this.#stop - this.#start; row++) if (!this.#isGiven[row]) this.#keep(row);
    const reading = this.#reading ?? this.#read(this.#stop);
    const count = await reading;
    this.#reading = undefined;
    [this.#block, this.#next] = [this.#next, this.#block];
    this.#start = this.#stop;
    this.#stop += count;
    this.#isGiven.fill(0);
    if (this.#stop < this.#places.count && !this.#isClosed) {
      this.#reading = this.#read(this.#stop);
      // The error is told to whoever asks for these rows.
      this.#reading.catch(() => {});
    }
  }

  #keep(row: number): void {
    const { rowBytes } = this.#places;
    const place = this.#free.pop() ?? this.#placeOf.size;
    if ((place + 1) * rowBytes > this.#kept.length) {
      const larger = new Uint8Array(Math.max(64 * rowBytes, this.#kept.length * 2));
      larger.set(this.#kept);
      this.#kept = larger;
    }
    this.#kept.set(this.#block.subarray(row * rowBytes, (row + 1) * rowBytes), place * rowBytes);
    this.#placeOf.set(this.#start + row, place);
  }

  /** Reads a block from row `start` on into the spare one. Gives the number of rows. */
  async #read(start: number): Promise<number> {
    const { rowBytes, offset, count } = this.#places;
    const rows = Math.min(this.#blockRows, count - start);
    const target = this.#next;
    for (let done = 0; done < rows * rowBytes; ) {
      const got = await new Promise<number>((resolve, reject) => {
        read(this.#file, target, done, rows * rowBytes - done, offset + start * rowBytes + done, (error, bytes) =>
          error ? reject(error) : resolve(bytes),
        );
      });
      if (got === 0) this.#refuseEnd();
      done += got;
    }
    return rows;
  }

  #refuseEnd(): never {
    const { path, count, rowBytes, offset } = this.#places;
    return fail(this.#where, `${offset + count * rowBytes} bytes in ${path}`, 'fewer', 'was the file cut while it was read?');
  }
}

function opened(where: string, path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    return fail(where, 'a file it can read', error instanceof Error ? error.message : String(error));
  }
}

/**
 * @file Datasets: data that is gone through pass by pass, as a chain of operators that do nothing until somebody asks. Every random order
 * follows from the seed of its shuffle and the number of the pass alone, so pass k can be opened again, and gives the same again.
 *
 * Elements that can be fetched by number (arrays, columns, rows of files) stay numbers as long as they can: shuffling moves numbers, and a
 * batch copies its rows in one go.
 */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import type { Seed } from '../base/seed.ts';
import type { Tensor } from '../base/tensor.ts';
import {
  batched,
  chained,
  filtered,
  fromList,
  mapped,
  Store,
  shuffledElements,
  skipped,
  taken,
  unbatched,
  zipped,
} from './operators.ts';
import { ascending, limited, type OrderPlan, shuffled, without } from './order.ts';
import { type Cursor, end, type Pass, passOf } from './pass.ts';
import { prefetched } from './prefetch.ts';
import { keyOfSeed } from './random-stream.ts';
import { batchesOf, type Column, elementsOf, type Rows, rowsOfArrays, rowsOfColumns, type TensorsOf } from './rows.ts';
import { isOneShot, isSource, iterate, type Source } from './sources.ts';
import type { Batched, Parts, Unbatched } from './structure.ts';

/** How elements are made. */
interface Plan<T> {
  /** Number of elements; undefined when only a pass can tell. */
  readonly size: number | undefined;
  open(pass: number): Cursor<T>;
  /** The same elements by number, where that is possible. */
  readonly numbered?: { readonly rows: Rows<T>; readonly order: OrderPlan };
}

/** Options of {@link Dataset.shuffle}. */
export interface ShuffleOptions {
  /** Makes the orders reproducible by itself. Default: follows from `setSeed`. */
  readonly seed?: Seed;
  /** Whether every pass has an order of its own. Default true. */
  readonly reshuffle?: boolean;
}

/** Options of {@link Dataset.batch}. */
export interface BatchingOptions {
  /** Leaves out the last batch when it is not full. Default false. */
  readonly dropRemainder?: boolean;
}

/** Options of {@link Dataset.fromColumns}. */
export interface ColumnsOptions {
  /** The column that is to be predicted. Default: none; elements are then records of all columns. */
  readonly target?: string;
}

/** A function of an element, its index in the pass, and the number of the pass. */
export type ElementFunction<T, U> = (element: T, index: number, pass: number) => U | Promise<U>;

/** How many passes of its source each pass of an endless repetition may take before it meets those of the next. */
const passesOfEndless = 2 ** 20;

function numbered<T>(rows: Rows<T>, order: OrderPlan): Plan<T> {
  return { size: order.size, numbered: { rows, order }, open: (pass) => elementsOf(rows, order, pass) };
}

/**
 * Elements in order, made when they are asked for, as often as wanted. Methods give new datasets and leave this one as it is. For `fit`,
 * elements are batches `[x]`, `[x, y]` or `[x, y, sampleWeight]`.
 *
 * @example
 * const data = Dataset.fromArrays(images, labels).shuffle(10_000, { seed: 1 }).batch(128).prefetch(2);
 * await model.fit(data, { epochs: 5 });
 */
export class Dataset<T> implements AsyncIterable<T> {
  readonly #plan: Plan<T>;
  #passes = 0;

  private constructor(plan: Plan<T>) {
    this.#plan = plan;
  }

  /**
   * Samples of arrays: elements `[x]`, `[x, y]` or `[x, y, sampleWeight]`, tensors without a batch axis and of the dtype of the arrays.
   * Several inputs or outputs come as a list of tensors or a record by name. Nothing is copied before it is asked for.
   *
   * @throws ShapeError when they do not have the same number of samples
   */
  static fromArrays<X extends Parts>(x: X): Dataset<[x: TensorsOf<X>]>;
  static fromArrays<X extends Parts, Y extends Parts>(x: X, y: Y): Dataset<[x: TensorsOf<X>, y: TensorsOf<Y>]>;
  static fromArrays<X extends Parts, Y extends Parts, W extends Parts>(
    x: X,
    y: Y,
    sampleWeight: W,
  ): Dataset<[x: TensorsOf<X>, y: TensorsOf<Y>, sampleWeight: TensorsOf<W>]>;
  static fromArrays(...parts: Parts[]): Dataset<unknown[]> {
    return Dataset.fromRows(rowsOfArrays('Dataset.fromArrays', parts));
  }

  /**
   * Rows of a table: records of the columns or, with a `target`, `[record of the other columns, target]`. Columns are numbers, texts, or
   * tensors with the samples along their first axis.
   *
   * @throws MyelinError when columns differ in length or there is no column `target`
   */
  static fromColumns<C extends Readonly<Record<string, Column>>, K extends keyof C & string>(
    columns: C,
    options: { readonly target: K },
  ): Dataset<[x: { [N in Exclude<keyof C, K>]: RowOf<C[N]> }, y: RowOf<C[K]>]>;
  static fromColumns<C extends Readonly<Record<string, Column>>>(
    columns: C,
    options?: ColumnsOptions,
  ): Dataset<{ [N in keyof C]: RowOf<C[N]> }>;
  static fromColumns(columns: Readonly<Record<string, Column>>, options: ColumnsOptions = {}): Dataset<unknown> {
    const where = 'Dataset.fromColumns';
    checkOptionNames(where, options, { target: true } satisfies Record<keyof ColumnsOptions, true>);
    return Dataset.fromRows(rowsOfColumns(where, columns, options.target));
  }

  /** Samples that can be fetched by number, from a reader of your own. */
  static fromRows<T>(rows: Rows<T>): Dataset<T> {
    return new Dataset(numbered(rows, ascending(0, wholeNumber('Dataset.fromRows', 'count', rows.count, 0))));
  }

  /** What a generator (or any function that gives something to iterate) makes, called anew for every pass. */
  static fromGenerator<T>(make: (pass: number) => Source<T> | Promise<Source<T>>): Dataset<T> {
    const where = 'Dataset.fromGenerator';
    if (typeof make !== 'function')
      fail(where, 'a function that gives an iterable', describe(make), 'Dataset.from takes iterables.');
    return new Dataset({ size: undefined, open: (pass) => iterate(where, () => make(pass)) });
  }

  /**
   * The elements of an array, iterable, async iterable or ReadableStream, or of what a function makes. What can be gone through once only
   * (a stream, a generator that runs already) says so when a second pass is opened.
   */
  static from<T>(source: Source<T> | ((pass: number) => Source<T> | Promise<Source<T>>)): Dataset<T> {
    const where = 'Dataset.from';
    if (typeof source === 'function') return Dataset.fromGenerator(source);
    if (Array.isArray(source)) return new Dataset<T>({ size: source.length, open: () => fromList(source as readonly T[]) });
    if (!isSource(source))
      fail(where, 'an iterable, an async iterable, a ReadableStream or a function that gives one', describe(source));
    let isUsed = false;
    const once = (): Source<T> => {
      if (isUsed && isOneShot(source)) {
        const hint = 'give a function that makes a new one for every pass, or cache() what comes of it.';
        fail(where, 'a source that can be gone through again', `a second pass of ${describe(source)}, which is used up`, hint);
      }
      isUsed = true;
      return source;
    };
    return new Dataset({ size: undefined, open: () => iterate(where, once) });
  }

  /** Whole numbers from 0 up to, not including, `stop`; or from `start`, by `step`. */
  static range(stop: number): Dataset<number>;
  static range(start: number, stop: number, step?: number): Dataset<number>;
  static range(first: number, second?: number, step = 1): Dataset<number> {
    const [start, stop] = second === undefined ? [0, first] : [first, second];
    for (const [name, value] of Object.entries({ start, stop, step }))
      if (!Number.isInteger(value)) fail('Dataset.range', `\`${name}\` to be an integer`, describe(value));
    if (step === 0) fail('Dataset.range', '`step` other than 0', '0');
    const size = Math.max(0, Math.ceil((stop - start) / step));
    const open = (): Cursor<number> => {
      let i = 0;
      return { next: () => (i < size ? { done: false, value: start + step * i++ } : end), close: () => {} };
    };
    return new Dataset({ size, open });
  }

  /** Elements of several datasets side by side, as tuples, until the first of them ends. */
  static zip<const D extends readonly Dataset<unknown>[]>(
    ...datasets: D
  ): Dataset<{ -readonly [K in keyof D]: ElementOf<D[K]> }> {
    if (datasets.length === 0) fail('Dataset.zip', 'at least one dataset', 'none');
    for (const one of datasets) checkDataset('Dataset.zip', one);
    const sizes = datasets.map(({ size }) => size);
    const known = sizes.filter((size) => size !== undefined);
    const size = known.length === sizes.length ? Math.min(...known) : undefined;
    const open = (pass: number): Cursor<unknown[]> => zipped(datasets.map((one) => one.#plan.open(pass)));
    return new Dataset({ size, open }) as Dataset<never>;
  }

  /** Number of elements of a pass; Infinity when it never ends, undefined when only going through it can tell. */
  get size(): number | undefined {
    return this.#plan.size;
  }

  /**
   * Pass `pass` of the data. The same number gives the same elements in the same order, if what the user's functions do follows from their
   * arguments. Ask for one element at a time, and call `return()` when leaving before the end.
   */
  open(pass: number): Pass<T> {
    return passOf(this.#plan.open(wholeNumber('Dataset.open', 'pass', pass, 0)));
  }

  /** Goes through pass 0 at first, and through the one after it each time it is called again. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    const pass = this.open(this.#passes++);
    return { next: async () => pass.next(), return: async () => pass.return() };
  }

  /** Every element as `change` makes it. An error in `change` reaches the consumer with the index of the element. */
  map<U>(change: ElementFunction<T, U>): Dataset<U> {
    checkFunction('Dataset.map', change);
    return new Dataset({ size: this.size, open: (pass) => mapped(this.#plan.open(pass), pass, change) });
  }

  /** The elements for which `accept` gives true. */
  filter(accept: (element: T, index: number) => boolean | Promise<boolean>): Dataset<T> {
    checkFunction('Dataset.filter', accept);
    return new Dataset({ size: undefined, open: (pass) => filtered(this.#plan.open(pass), accept) });
  }

  /**
   * Random order through a buffer: each element is a random one of `bufferSize`, and the next one takes its place. A buffer as large as the
   * dataset makes every order equally likely; shuffle before `batch`.
   */
  shuffle(bufferSize: number, options: ShuffleOptions = {}): Dataset<T> {
    const where = 'Dataset.shuffle';
    checkOptionNames(where, options, { seed: true, reshuffle: true } satisfies Record<keyof ShuffleOptions, true>);
    const room = bufferSize === Number.POSITIVE_INFINITY ? bufferSize : wholeNumber(where, 'bufferSize', bufferSize, 1);
    const key = keyOfSeed(options.seed);
    const { reshuffle = true } = options;
    const { size, numbered: own } = this.#plan;
    if (own) return new Dataset(numbered(own.rows, shuffled(own.order, room, key, reshuffle)));
    return new Dataset({ size, open: (pass) => shuffledElements(this.#plan.open(pass), room, key, reshuffle ? pass : 0) });
  }

  /**
   * Elements put together, `size` at a time: numbers, arrays and tensors become tensors with a batch axis, in the tuples and records they
   * came in; texts become lists. An element that is an array is a tuple; further inside, an array of numbers is a tensor.
   *
   * @throws ShapeError when the elements of a batch differ in shape or form
   */
  batch(size: number, options: BatchingOptions = {}): Dataset<Batched<T>> {
    const where = 'Dataset.batch';
    checkOptionNames(where, options, { dropRemainder: true } satisfies Record<keyof BatchingOptions, true>);
    wholeNumber(where, 'size', size, 1);
    const { dropRemainder = false } = options;
    const { size: elements, numbered: own } = this.#plan;
    const count = elements === undefined ? undefined : dropRemainder ? Math.floor(elements / size) : Math.ceil(elements / size);
    if (own) return new Dataset({ size: count, open: (pass) => batchesOf(own.rows, own.order, pass, size, dropRemainder) });
    return new Dataset({ size: count, open: (pass) => batched(this.#plan.open(pass), size, dropRemainder) });
  }

  /** The elements of batches, one by one. They share the memory of their batch. */
  unbatch(): Dataset<Unbatched<T>> {
    return new Dataset({ size: undefined, open: (pass) => unbatched(this.#plan.open(pass)) });
  }

  /** `count` passes, or endlessly many, one after the other as one: pass k of the result begins with pass k·count of the source. */
  repeat(count: number = Number.POSITIVE_INFINITY): Dataset<T> {
    const isEndless = count === Number.POSITIVE_INFINITY;
    if (!isEndless) wholeNumber('Dataset.repeat', 'count', count, 0);
    const each = isEndless ? passesOfEndless : count;
    // Nothing stays nothing, however often.
    const size = this.size === undefined ? undefined : this.size === 0 || count === 0 ? 0 : this.size * count;
    return new Dataset({ size, open: (pass) => chained(count, (i) => this.#plan.open(pass * each + i)) });
  }

  /** The first `count` elements. */
  take(count: number): Dataset<T> {
    wholeNumber('Dataset.take', 'count', count, 0);
    const { size, numbered: own } = this.#plan;
    if (own) return new Dataset(numbered(own.rows, limited(own.order, count)));
    const most = size === undefined ? undefined : Math.min(size, count);
    return new Dataset({ size: most, open: (pass) => taken(this.#plan.open(pass), count) });
  }

  /** The elements after the first `count`. */
  skip(count: number): Dataset<T> {
    wholeNumber('Dataset.skip', 'count', count, 0);
    const { size, numbered: own } = this.#plan;
    // Readers of files keep what a shuffle has not asked for yet; what is never asked for must not pile up there.
    if (own && own.order.window === 0) return new Dataset(numbered(own.rows, without(own.order, count)));
    const rest = size === undefined ? undefined : Math.max(0, size - count);
    return new Dataset({ size: rest, open: (pass) => skipped(this.#plan.open(pass), count) });
  }

  /** Elements of this dataset and others side by side, as tuples, until the first of them ends. */
  zip<const D extends readonly Dataset<unknown>[]>(...others: D): Dataset<[T, ...{ -readonly [K in keyof D]: ElementOf<D[K]> }]> {
    return Dataset.zip(this, ...others) as Dataset<never>;
  }

  /** The elements of this dataset, then those of the others. */
  concatenate<U>(...others: Dataset<U>[]): Dataset<T | U> {
    for (const one of others) checkDataset('Dataset.concatenate', one);
    const all: readonly Dataset<T | U>[] = [this as Dataset<T | U>, ...(others as Dataset<T | U>[])];
    let size: number | undefined = 0;
    for (const one of all) size = size === undefined || one.size === undefined ? undefined : size + one.size;
    return new Dataset({ size, open: (pass) => chained(all.length, (i) => all[i]!.#plan.open(pass)) });
  }

  /** Makes up to `count` elements before they are asked for, while the consumer waits for something else. */
  prefetch(count = 1): Dataset<T> {
    wholeNumber('Dataset.prefetch', 'count', count, 1);
    return new Dataset({ size: this.size, open: (pass) => prefetched(this.#plan.open(pass), count) });
  }

  /**
   * Keeps the elements in memory: the first pass that comes to its end is the last to go to the source. All passes then give the elements
   * of the source's pass 0, so shuffle after caching.
   */
  cache(): Dataset<T> {
    const store = new Store<T>();
    const plan: Plan<T> = { size: undefined, open: () => store.open(() => this.#plan.open(0)) };
    return new Dataset(Object.defineProperty(plan, 'size', { get: () => store.size ?? this.size }));
  }

  /** Elements with their index: `[index, element]`. */
  enumerate(): Dataset<[index: number, element: T]> {
    return this.map((element, index) => [index, element]);
  }

  /** Calls `use` for every element of a pass, as `for await` goes through it. */
  async forEach(use: (element: T, index: number) => unknown): Promise<void> {
    checkFunction('Dataset.forEach', use);
    let index = 0;
    for await (const element of this) await use(element, index++);
  }

  /** All elements of a pass, as `for await` goes through it. Never comes back when the dataset is endless. */
  async toArray(): Promise<T[]> {
    if (this.size === Number.POSITIVE_INFINITY)
      fail('Dataset.toArray', 'a dataset that ends', 'an endless one', 'take() some of it.');
    const elements: T[] = [];
    for await (const element of this) elements.push(element);
    return elements;
  }
}

/** What the elements of a dataset are. */
export type ElementOf<D> = D extends Dataset<infer T> ? T : never;

/** What a column gives for one row. */
type RowOf<C> = C extends readonly string[] ? string : Tensor;

function checkFunction(where: string, value: unknown): void {
  if (typeof value !== 'function') fail(where, 'a function', describe(value));
}

function checkDataset(where: string, value: unknown): void {
  if (value instanceof Dataset) return;
  fail(where, 'a Dataset', describe(value), isSource(value) ? 'Dataset.from makes one of it.' : undefined);
}

/** @file The operators of a dataset on elements one by one. What cursors promise stands in pass.ts. */

import type { Key } from '../base/seed.ts';
import { collate, countOfBatch, pick } from './collate.ts';
import { type Awaitable, type Cursor, end, guarded, isPromise, type Step, until, whenReady } from './pass.ts';
import { RandomStream } from './random-stream.ts';
import { failedAt } from './sources.ts';
import type { Batched, Unbatched } from './structure.ts';

const given = <T>(value: T): Step<T> => ({ done: false, value });

/** Every element as `use` changes it. */
export function mapped<T, U>(
  source: Cursor<T>,
  pass: number,
  use: (element: T, index: number, pass: number) => U | Promise<U>,
): Cursor<U> {
  let index = 0;
  const change = (step: Step<T>): Awaitable<Step<U>> => {
    if (step.done) return end;
    const at = index++;
    return whenReady(
      guarded<U>(
        () => use(step.value, at, pass),
        (error) => failedAt('Dataset.map', at, error),
      ),
      given,
    );
  };
  return { next: () => whenReady(source.next(), change), close: () => source.close() };
}

/** The elements that `accept` accepts. */
export function filtered<T>(source: Cursor<T>, accept: (element: T, index: number) => boolean | Promise<boolean>): Cursor<T> {
  let index = 0;
  const test = (step: Step<T>): Awaitable<Step<T> | undefined> => {
    if (step.done) return end;
    const at = index++;
    return whenReady(
      guarded<boolean>(
        () => accept(step.value, at),
        (error) => failedAt('Dataset.filter', at, error),
      ),
      (isAccepted) => (isAccepted ? step : undefined),
    );
  };
  return { next: () => until(() => whenReady(source.next(), test)), close: () => source.close() };
}

/** Elements in random order: each is a random one of those in the buffer, and the next one takes its place. */
export function shuffledElements<T>(source: Cursor<T>, bufferSize: number, key: Key, pass: number): Cursor<T> {
  const random = new RandomStream(key, pass);
  const buffer: T[] = [];
  let isMore = true;
  const fill = (): Awaitable<Step<T> | undefined> => {
    if (!isMore || buffer.length >= bufferSize) return draw();
    return whenReady(source.next(), (step) => {
      if (step.done) isMore = false;
      else buffer.push(step.value);
      return undefined;
    });
  };
  const draw = (): Step<T> => {
    if (buffer.length === 0) return end;
    const at = random.below(buffer.length);
    const value = buffer[at]!;
    buffer[at] = buffer.at(-1)!;
    buffer.pop();
    return given(value);
  };
  return { next: () => until(fill), close: () => source.close() };
}

/** Elements put together, `size` at a time. */
export function batched<T>(source: Cursor<T>, size: number, dropRemainder: boolean): Cursor<Batched<T>> {
  let elements: T[] = [];
  const add = (step: Step<T>): Step<Batched<T>> | undefined => {
    if (!step.done) {
      elements.push(step.value);
      if (elements.length < size) return undefined;
    } else if (elements.length === 0 || dropRemainder) return end;
    const batch = collate(elements);
    elements = [];
    return given(batch);
  };
  return { next: () => until(() => whenReady(source.next(), add)), close: () => source.close() };
}

/** Batches taken apart. */
export function unbatched<T>(source: Cursor<T>): Cursor<Unbatched<T>> {
  let batch: T | undefined;
  let [next, count] = [0, 0];
  const take = (): Awaitable<Step<Unbatched<T>> | undefined> => {
    if (next < count) return given(pick(batch as T, next++));
    return whenReady(source.next(), (step) => {
      if (step.done) return end;
      batch = step.value;
      [next, count] = [0, countOfBatch('Dataset.unbatch', batch)];
      return undefined;
    });
  };
  return { next: () => until(take), close: () => source.close() };
}

/** One after the other: what `open` opens for 0, 1, … up to `count`. */
export function chained<T>(count: number, open: (i: number) => Cursor<T>): Cursor<T> {
  let current: Cursor<T> | undefined;
  let i = 0;
  let isEmpty = true;
  const step = (): Awaitable<Step<T> | undefined> => {
    if (!current) {
      if (i >= count) return end;
      current = open(i++);
      isEmpty = true;
    }
    const running = current;
    return whenReady(running.next(), (result) => {
      if (!result.done) {
        isEmpty = false;
        return result;
      }
      current = undefined;
      // Going on for ever with something empty would never come back.
      if (isEmpty && count === Number.POSITIVE_INFINITY) i = Number.POSITIVE_INFINITY;
      return whenReady(running.close(), () => undefined);
    });
  };
  return { next: () => until(step), close: () => current?.close() };
}

/** The first `count` elements. */
export function taken<T>(source: Cursor<T>, count: number): Cursor<T> {
  let left = count;
  return { next: () => (left-- > 0 ? source.next() : end), close: () => source.close() };
}

/** What follows after the first `count` elements. */
export function skipped<T>(source: Cursor<T>, count: number): Cursor<T> {
  let left = count;
  const step = (): Awaitable<Step<T> | undefined> => {
    if (left <= 0) return source.next();
    left--;
    return whenReady(source.next(), (result) => (result.done ? result : undefined));
  };
  return { next: () => until(step), close: () => source.close() };
}

/** Elements side by side, until the first of the sources ends. */
export function zipped(sources: readonly Cursor<unknown>[]): Cursor<unknown[]> {
  const next = (): Awaitable<Step<unknown[]>> => {
    const values: unknown[] = [];
    return until<Step<unknown[]>>(() => {
      if (values.length === sources.length) return given(values);
      return whenReady(sources[values.length]!.next(), (step) => {
        if (step.done) return end;
        values.push(step.value);
        return undefined;
      });
    });
  };
  const close = (): Awaitable<void> => {
    const closing = sources.map((source) => source.close()).filter(isPromise);
    if (closing.length > 0) return Promise.all(closing).then(() => {});
  };
  return { next, close };
}

/** Elements kept by the first pass that comes to its end, and given by all that follow. */
export class Store<T> {
  #kept: readonly T[] | undefined;

  /** Number of elements; undefined before they are all there. */
  get size(): number | undefined {
    return this.#kept?.length;
  }

  /** The elements, from memory where they are there. */
  open(source: () => Cursor<T>): Cursor<T> {
    if (this.#kept) return fromList(this.#kept);
    const running = source();
    const seen: T[] = [];
    const keep = (step: Step<T>): Step<T> => {
      if (step.done) this.#kept ??= seen;
      else seen.push(step.value);
      return step;
    };
    return { next: () => whenReady(running.next(), keep), close: () => running.close() };
  }
}

/** The elements of an array. */
export function fromList<T>(list: readonly T[]): Cursor<T> {
  let i = 0;
  return { next: () => (i < list.length ? given(list[i++]!) : end), close: () => {} };
}

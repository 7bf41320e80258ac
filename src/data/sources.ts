/** @file Where elements come from when they cannot be fetched by number: iterables, async iterables, streams, and functions that make them. */

import { describe, fail, MyelinError } from '../base/fail.ts';
import { type Awaitable, type Cursor, end, guarded, isPromise, type Step, whenReady } from './pass.ts';

/** Something that can be gone through. */
export type Source<T> = Iterable<T> | AsyncIterable<T> | ReadableStream<T>;

/** An error out of a user's function, with the place of the element added. The error itself is the `cause`. */
export function failedAt(where: string, index: number, error: unknown): never {
  const text = error instanceof Error ? error.message : describe(error);
  throw new MyelinError(`[${where}] expected element ${index} to be made without error, got: ${text}`, { cause: error });
}

/** What both kinds of iterators have. */
interface AnyIterator<T> {
  next(): IteratorResult<T, unknown> | Promise<IteratorResult<T, unknown>>;
  return?(): unknown;
}

function readerIterator<T>(stream: ReadableStream<T>): AnyIterator<T> {
  const reader = stream.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? { done: true, value: undefined } : { done: false, value };
    },
    return: () => reader.cancel(),
  };
}

/** The iterator of a source; undefined when it is none. */
function iteratorOf<T>(source: unknown): AnyIterator<T> | undefined {
  if (typeof source === 'string' || source === null || source === undefined) return undefined;
  const made = source as { [Symbol.iterator]?(): AnyIterator<T>; [Symbol.asyncIterator]?(): AnyIterator<T>; getReader?: unknown };
  if (typeof made[Symbol.iterator] === 'function') return made[Symbol.iterator]!();
  if (typeof made[Symbol.asyncIterator] === 'function') return made[Symbol.asyncIterator]!();
  // Streams of some hosts cannot be iterated.
  return typeof made.getReader === 'function' ? readerIterator(source as ReadableStream<T>) : undefined;
}

/** Whether a value can be gone through. */
export function isSource(value: unknown): value is Source<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value || 'getReader' in value)
  );
}

/** Whether a source can be gone through once only: an iterator, a generator that runs already, a stream. */
export function isOneShot(source: Source<unknown>): boolean {
  return 'getReader' in source || 'next' in source;
}

/** The elements of an iterable that `make` gives. */
export function iterate<T>(where: string, make: () => Awaitable<Source<T>>): Cursor<T> {
  let iterator: AnyIterator<T> | undefined;
  let index = 0;
  let isOver = false;
  const take = (result: IteratorResult<T, unknown>): Step<T> => {
    if (result.done) {
      isOver = true;
      return end;
    }
    index++;
    return { done: false, value: result.value };
  };
  const failed = (error: unknown): never => {
    // An iterator that has thrown is over: it is not to be closed.
    isOver = true;
    return failedAt(where, index, error);
  };
  const open = (source: Source<T>): Awaitable<Step<T>> => {
    iterator = iteratorOf<T>(source);
    if (!iterator) fail(where, 'an iterable, an async iterable or a ReadableStream', describe(source));
    return next();
  };
  const next = (): Awaitable<Step<T>> => {
    if (isOver) return end;
    if (!iterator) {
      const source = guarded<Source<T>>(make, (error) => (error instanceof MyelinError ? refuse(error) : failed(error)));
      return whenReady(source, open);
    }
    const running = iterator;
    return guarded<Step<T>>(() => whenReady(running.next() as Awaitable<IteratorResult<T, unknown>>, take), failed);
  };
  const close = (): Awaitable<void> => {
    if (isOver || !iterator) return;
    isOver = true;
    const closed = iterator.return?.();
    if (isPromise(closed)) return closed.then(() => {});
  };
  return { next, close };
}

function refuse(error: MyelinError): never {
  throw error;
}

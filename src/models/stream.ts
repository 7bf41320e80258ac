/** @file Data that comes as batches: what `fit`, `evaluate` and `predict` take in the place of arrays, and how it is opened again and again. */

import { AbortError, describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { Tensor } from '../base/tensor.ts';
import type { DataLike } from './arguments.ts';

/** One batch: inputs, targets, and how much each sample counts. The first axis of each counts the samples. */
export type BatchLike =
  | readonly [x: DataLike, y?: DataLike, sampleWeight?: DataLike]
  | { readonly x: DataLike; readonly y?: DataLike; readonly sampleWeight?: DataLike };

/** Data that can be gone through several times, in an order that follows from the number of the pass. A `Dataset` is one. */
export interface Passes<T> {
  /** Number of elements of a pass, where that is known. */
  readonly size: number | undefined;
  open(pass: number): Iterator<T> | AsyncIterator<T>;
}

/**
 * Batches: a `Dataset` of them, anything that can be iterated (also asynchronously), or a function that gives such a thing, called once
 * for every pass. A generator that is given itself can be gone through once only.
 */
export type BatchStream =
  | Passes<BatchLike>
  | Iterable<BatchLike>
  | AsyncIterable<BatchLike>
  | (() => Iterable<BatchLike> | AsyncIterable<BatchLike>);

function hasMethod(value: unknown, name: string | symbol): boolean {
  return typeof value === 'object' && value !== null && typeof (value as Record<string | symbol, unknown>)[name] === 'function';
}

/** Whether data comes as batches, and not as arrays of all samples. */
export function isBatchStream(value: unknown): value is BatchStream {
  if (typeof value === 'function') return true;
  if (value instanceof Tensor || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return hasMethod(value, 'open') || hasMethod(value, Symbol.asyncIterator) || hasMethod(value, Symbol.iterator);
}

/** Number of batches of a pass, where that is known. */
export function sizeOfStream(stream: BatchStream): number | undefined {
  const { size } = stream as { size?: unknown };
  return typeof size === 'number' && Number.isInteger(size) && hasMethod(stream, 'open') ? size : undefined;
}

/** An iterator over pass number `pass`, and whether there can be further passes. */
export function openStream(
  where: string,
  stream: BatchStream,
  pass: number,
): { iterator: Iterator<BatchLike> | AsyncIterator<BatchLike>; isOnce: boolean } {
  if (hasMethod(stream, 'open')) return { iterator: (stream as Passes<BatchLike>).open(pass), isOnce: false };
  const source: unknown = typeof stream === 'function' ? stream() : stream;
  for (const symbol of [Symbol.asyncIterator, Symbol.iterator]) {
    if (!hasMethod(source, symbol)) continue;
    const iterator = (source as Record<symbol, () => Iterator<BatchLike> | AsyncIterator<BatchLike>>)[symbol]!();
    return { iterator, isOnce: typeof stream !== 'function' && (iterator as unknown) === source };
  }
  return fail(
    where,
    'a function that gives something to iterate over',
    describe(source),
    'write a generator: function* () { yield [x, y]; }.',
  );
}

/** The parts of a batch. */
export function partsOf(
  where: string,
  batch: unknown,
): { x: DataLike; y?: DataLike | undefined; sampleWeight?: DataLike | undefined } {
  if (batch instanceof Tensor || ArrayBuffer.isView(batch)) return { x: batch as DataLike };
  const hint = 'yield [x, y], [x, y, sampleWeight] or { x, y, sampleWeight }.';
  if (Array.isArray(batch)) {
    if (batch.length < 1 || batch.length > 3) fail(where, 'a batch of one to three parts', `one of ${batch.length}`, hint);
    const [x, y, sampleWeight] = batch as [DataLike, DataLike?, DataLike?];
    return { x, y, sampleWeight };
  }
  if (typeof batch !== 'object' || batch === null || !('x' in batch)) return fail(where, 'a batch', describe(batch), hint);
  checkOptionNames(where, batch, { x: true, y: true, sampleWeight: true });
  return batch as { x: DataLike; y?: DataLike; sampleWeight?: DataLike };
}

/** Throws when the caller has cancelled. */
export function throwIfAborted(where: string, signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  const error = new AbortError(`[${where}] cancelled by its signal.`);
  error.cause = signal.reason;
  throw error;
}

/** What `promise` gives, unless the caller cancels before: data may never come. */
export async function orAborted<T>(where: string, promise: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  throwIfAborted(where, signal);
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      try {
        throwIfAborted(where, signal);
      } catch (error) {
        reject(error);
      }
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * @file One way through a dataset. A step may be there at once or be promised: pipelines of arrays and plain functions run without a
 * promise as long as a step takes but milliseconds, and a pipeline that waits somewhere waits there only. Every operator is written once, for both.
 */

import { yieldToHost } from '../engine/index.ts';

/** What a pass gives next. */
export type Step<T> = IteratorResult<T, undefined>;

/** A value, or the promise of one. */
export type Awaitable<T> = T | Promise<T>;

/**
 * One way through a {@link Dataset}: an iterator whose steps are promised where something has to be waited for, and there at once otherwise.
 * `await pass.next()` takes both. Ask for one step at a time.
 */
export interface Pass<T> {
  next(): Awaitable<Step<T>>;
  /** Ends the pass before its time: files and streams behind it are closed. */
  return(): Awaitable<Step<T>>;
}

/** A pass as operators see it. Whoever opens one closes it, also after its end; closing twice does nothing. */
export interface Cursor<T> {
  next(): Awaitable<Step<T>>;
  close(): Awaitable<void>;
}

/** The step that says there is nothing more. */
export const end: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Whether something has to be waited for. */
export function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** `use(value)`, at once if the value is there. */
export function whenReady<T, R>(value: Awaitable<T>, use: (value: T) => Awaitable<R>): Awaitable<R> {
  return isPromise(value) ? value.then(use) : use(value);
}

/** Milliseconds one step may take before the host has its turn: a page has frames to draw. */
const slice = 12;

/** Attempts between two looks at the clock. */
const patience = 16;

/** Tells when many attempts have taken long. */
class Slice {
  #attempts = 0;
  #started = performance.now();

  get isOver(): boolean {
    return ++this.#attempts % patience === 0 && performance.now() - this.#started > slice;
  }

  async rest(): Promise<undefined> {
    await yieldToHost();
    this.#started = performance.now();
    return undefined;
  }
}

/**
 * Repeats `attempt` until it gives something, waiting only where it does, or where so many attempts are needed (to fill the buffer of a
 * shuffle, to find what a filter wants) that the host would be held up.
 */
export function until<R extends object>(attempt: () => Awaitable<R | undefined>): Awaitable<R> {
  const first: Awaitable<R | undefined> = attempt();
  if (!isPromise(first) && first !== undefined) return first;
  const time = new Slice();
  for (let result: Awaitable<R | undefined> = first; ; result = attempt()) {
    if (isPromise(result)) return waitUntil(result, attempt, time);
    if (result !== undefined) return result;
    if (time.isOver) return waitUntil(time.rest(), attempt, time);
  }
}

async function waitUntil<R extends object>(
  first: Promise<R | undefined>,
  attempt: () => Awaitable<R | undefined>,
  time: Slice,
): Promise<R> {
  let result = await first;
  while (result === undefined) {
    result = await attempt();
    if (result === undefined && time.isOver) await time.rest();
  }
  return result;
}

/** Calls `act`; `rescue` gets what it throws, now or later, and throws something itself. */
export function guarded<T>(act: () => Awaitable<T>, rescue: (error: unknown) => Awaitable<never>): Awaitable<T> {
  try {
    const result = act();
    return isPromise(result) ? result.catch(rescue) : result;
  } catch (error) {
    return rescue(error);
  }
}

/** The pass of a cursor: closes it when it ends, fails, or is left. */
export function passOf<T>(cursor: Cursor<T>): Pass<T> {
  let isOver = false;
  const close = (): Awaitable<void> => {
    isOver = true;
    return cursor.close();
  };
  const failed = (error: unknown): Awaitable<never> => {
    const rethrow = (): never => {
      throw error;
    };
    // The first error is the one to tell; one in tidying up after it would hide it.
    const closing = guarded<void>(close, rethrow);
    return isPromise(closing) ? closing.then(rethrow) : rethrow();
  };
  return {
    next: () => {
      if (isOver) return end;
      return guarded<Step<T>>(
        () => whenReady(cursor.next(), (step) => (step.done ? whenReady(close(), () => end) : step)),
        failed,
      );
    },
    return: () => (isOver ? end : whenReady(close(), () => end)),
  };
}

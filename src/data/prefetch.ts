/**
 * @file Running ahead of the consumer: the next elements are asked for while the last one is still being used. They are asked for one at a
 * time, in microtasks, so a pipeline without promises works whenever its consumer waits, and is not made to wait by this.
 */

import { type Awaitable, type Cursor, end, isPromise, type Step, whenReady } from './pass.ts';

/** What came of asking: a step, or the error that took its place. */
type Outcome<T> = { readonly step: Step<T> } | { readonly error: unknown };

/** The elements of `source`, of which up to `count` are made before they are asked for. */
export function prefetched<T>(source: Cursor<T>, count: number): Cursor<T> {
  const ready: Outcome<T>[] = [];
  let asking: Promise<void> | undefined;
  let [isScheduled, isOver] = [false, false];

  const keep = (outcome: Outcome<T>): void => {
    if ('error' in outcome || outcome.step.done) isOver = true;
    ready.push(outcome);
  };
  /** Asks for one element; the outcome goes to the end of `ready`. */
  const ask = (): void => {
    try {
      const step = source.next();
      if (!isPromise(step)) {
        keep({ step });
        return;
      }
      asking = step.then(
        (value) => {
          asking = undefined;
          keep({ step: value });
        },
        (error: unknown) => {
          asking = undefined;
          keep({ error });
        },
      );
      asking.then(schedule);
    } catch (error) {
      keep({ error });
    }
  };
  const schedule = (): void => {
    if (isScheduled || asking || isOver || ready.length >= count) return;
    isScheduled = true;
    queueMicrotask(() => {
      isScheduled = false;
      if (asking || isOver || ready.length >= count) return;
      ask();
      schedule();
    });
  };
  const take = (): Awaitable<Step<T>> => {
    const outcome = ready.shift();
    if (!outcome) return asking ? asking.then(take) : end;
    schedule();
    if ('error' in outcome) throw outcome.error;
    return outcome.step;
  };
  return {
    next: () => {
      if (ready.length === 0 && !asking && !isOver) ask();
      return take();
    },
    close: () => {
      isOver = true;
      ready.length = 0;
      // A source is not closed while it is at work.
      return whenReady(asking ?? undefined, () => source.close()) as Awaitable<void>;
    },
  };
}

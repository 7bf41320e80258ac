/** @file Keeping the host responsive: a long computation on the caller's thread hands it back every few milliseconds. */

import { host, yieldToHost } from '../engine/index.ts';

/** Milliseconds a run keeps the thread at most before it yields, unless a single step takes longer. A page has frames to draw. */
const slice = host === 'browser' ? 8 : 24;

/** Tells loops when to yield. */
class Pace {
  #last = performance.now();

  /** Whether it is time to call {@link rest}. */
  get isDue(): boolean {
    return performance.now() - this.#last > slice;
  }

  /** Lets the host handle events, timers and painting. */
  async rest(): Promise<void> {
    await yieldToHost();
    this.#last = performance.now();
  }
}

/** The pace of this thread: there is one host, whichever models run on it. */
export const pace = new Pace();

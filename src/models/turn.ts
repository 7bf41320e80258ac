/** @file Taking turns: a model does one thing at a time, so that two runs never write into each other's buffers. */

import { fail } from '../base/fail.ts';
import { ready } from '../engine/index.ts';
import { pace } from './pace.ts';

/** The turn of one model. */
export class Turn {
  readonly #where: () => string;
  /** The run under way, if there is one; it never rejects. */
  #running: Promise<unknown> | undefined;
  /** Whether a run has lent the model to its callbacks. */
  #isLent = false;

  constructor(where: () => string) {
    this.#where = where;
  }

  /** Refuses a call while another one runs. */
  refuse(method: string): void {
    if (!this.#running) return;
    const hint = 'await the previous call first; callbacks may use their model when an epoch begins or ends.';
    fail(`${this.#where()}.${method}`, 'a model that is not running', 'one that is', hint);
  }

  /** Refuses a call while another one runs, also from callbacks the model is lent to: for what would change the run itself. */
  refuseWithin(method: string): void {
    this.refuse(method);
    if (this.#isLent)
      fail(`${this.#where()}.${method}`, 'a model that is not being trained', 'one that is', 'call it after fit.');
  }

  /** Keeps others away until `run` is done. */
  async take<T>(method: string, run: () => Promise<T>): Promise<T> {
    this.refuse(method);
    const whole = async (): Promise<T> => {
      await ready();
      // Building the model just before may have taken a while.
      if (pace.isDue) await pace.rest();
      return run();
    };
    const result = whole();
    const running = result.catch(() => {});
    this.#running = running;
    try {
      return await result;
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  /** Lets callbacks use the model between two epochs: no step is under way then, and none is kept over it. */
  async lend(call: () => Promise<void>): Promise<void> {
    const mine = this.#running;
    const wasLent = this.#isLent;
    this.#running = undefined;
    this.#isLent = true;
    try {
      await call();
    } finally {
      // What a callback started and did not wait for is waited for here.
      while (this.#running) await this.#running;
      this.#running = mine;
      this.#isLent = wasLent;
    }
  }
}

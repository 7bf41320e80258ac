/** @file `fit` as a stream of events: each is handed over when the reader asks for it, and the run waits for that. */

import type { Callback, History, Logs } from '../callbacks/index.ts';

/** What happens in a training run. Epochs and batches count from 0; logs are those callbacks get. */
export type FitEvent =
  | { readonly type: 'begin'; readonly epochs: number; readonly steps: number | undefined }
  | { readonly type: 'batch'; readonly epoch: number; readonly batch: number; readonly logs: Logs }
  | { readonly type: 'epoch'; readonly epoch: number; readonly logs: Logs }
  | { readonly type: 'end'; readonly history: History };

/** One event at a time, from the run to the reader. */
class Handover {
  #event: FitEvent | undefined;
  #taken: (() => void) | undefined;
  #arrived: (() => void) | undefined;
  #isOver = false;

  /** Resolves when the reader has taken the event and asks for the next. */
  put(event: FitEvent): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    this.#event = event;
    this.#arrived?.();
    return new Promise((resolve) => {
      this.#taken = resolve;
    });
  }

  /** The next event; undefined when there are no more. */
  async take(): Promise<FitEvent | undefined> {
    this.#taken?.();
    this.#taken = undefined;
    if (!this.#event && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    const event = this.#event;
    this.#event = undefined;
    return event;
  }

  end(): void {
    this.#isOver = true;
    this.#taken?.();
    this.#arrived?.();
  }
}

/**
 * Runs `fit` and yields its events.
 *
 * @param start begins the run, given a callback to add and a signal to obey
 */
export async function* streamFit(
  start: (callback: Callback, signal: AbortSignal) => Promise<History>,
  outer: AbortSignal | undefined,
): AsyncGenerator<FitEvent, void, void> {
  const handover = new Handover();
  const stop = new AbortController();
  const signal = outer ? AbortSignal.any([outer, stop.signal]) : stop.signal;
  let epoch = 0;
  const callback: Callback = {
    onTrainBegin: (_model, { epochs, steps }) => handover.put({ type: 'begin', epochs, steps }),
    onEpochBegin: (index) => {
      epoch = index;
    },
    onTrainBatchEnd: (batch, logs) => handover.put({ type: 'batch', epoch, batch, logs: { ...logs } }),
    onEpochEnd: (index, logs) => handover.put({ type: 'epoch', epoch: index, logs: { ...logs } }),
  };
  const run = start(callback, signal).then(
    (history) => ({ history }),
    (error: unknown) => ({ error }),
  );
  void run.then(() => handover.end());
  let isComplete = false;
  try {
    for (let event = await handover.take(); event; event = await handover.take()) yield event;
    isComplete = true;
  } finally {
    // The reader may have left early: the run is cancelled and has ended before the model is free again.
    if (!isComplete) {
      stop.abort();
      handover.end();
      await run;
    }
  }
  const outcome = await run;
  if ('error' in outcome) throw outcome.error;
  yield { type: 'end', history: outcome.history };
}

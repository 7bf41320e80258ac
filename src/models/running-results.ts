/** @file Losses and metrics while the batches of an epoch go by. */

import { fail } from '../base/fail.ts';
import type { Logs } from '../callbacks/index.ts';
import type { Metric } from '../metrics/index.ts';

/** A loss or metric of a step: what it is called in logs, and how its statistics are added up and read. */
export interface Result {
  readonly name: string;
  /** Undefined for a loss: that is one number, averaged over samples. */
  readonly metric: Metric | undefined;
  /** Numbers it takes per batch. */
  readonly size: number;
}

/** Losses and metrics over the batches of an epoch so far. */
export class RunningResults {
  readonly #results: readonly Result[];
  readonly #totals: readonly Float64Array[];
  #count = 0;

  constructor(results: readonly Result[]) {
    this.#results = results;
    this.#totals = results.map(({ size }) => new Float64Array(size));
  }

  /** Everything added up so far, for checkpoints. */
  state(): { count: number; totals: number[][] } {
    return { count: this.#count, totals: this.#totals.map((total) => [...total]) };
  }

  /** Goes on from a {@link state}, which must be one of the same losses and metrics. */
  restore({ count, totals }: { readonly count: number; readonly totals: readonly (readonly number[])[] }): void {
    if (totals.length !== this.#totals.length || totals.some((total, i) => total.length !== this.#totals[i]!.length))
      fail('resume', 'results of the same losses and metrics', 'others', 'compile the model as it was compiled then.');
    this.#count = count;
    totals.forEach((total, i) => void this.#totals[i]!.set(total));
  }

  /** Starts over. */
  reset(): void {
    this.#count = 0;
    for (const total of this.#totals) total.fill(0);
  }

  /** Takes in a batch of `count` samples; the numbers of result i start at `floats[addresses[i]]`. */
  add(floats: Float32Array, addresses: readonly number[], count: number): void {
    this.#count += count;
    for (let i = 0; i < this.#results.length; i++) {
      const { metric } = this.#results[i]!;
      const total = this.#totals[i]!;
      if (metric) metric.merge(total, floats, addresses[i]!);
      else total[0]! += floats[addresses[i]!]! * count;
    }
  }

  /** Results so far, names in alphabetical order as in Keras. */
  logs(): Logs {
    const logs: Logs = {};
    this.#results.forEach(({ name: wanted, metric }, i) => {
      let name = wanted;
      for (let n = 1; Object.hasOwn(logs, name); n++) name = `${wanted}_${n}`;
      const total = this.#totals[i]!;
      logs[name] = metric ? metric.result(total) : this.#count === 0 ? 0 : total[0]! / this.#count;
    });
    return sortedLogs(logs);
  }
}

/** The same logs in alphabetical order. */
export function sortedLogs(logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same logs under longer names. */
export function prefixed(prefix: string, logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [prefix + name, value]));
}

/** @file Prediction: outputs batch by batch, and what a model with dropout is unsure of (Monte Carlo dropout, Gal & Ghahramani 2016). */

import { Tensor } from '../base/tensor.ts';
import { CallbackList, ProgressBar, standardVerbosity } from '../callbacks/index.ts';
import { concatenateRows } from '../data/arrays.ts';
import type { PredictOptions } from './arguments.ts';
import type { BatchSource } from './batches.ts';
import { pace } from './pace.ts';
import { throwIfAborted } from './stream.ts';

/** Mean and spread of predictions that chance has a part in, with the shape of one prediction. */
export interface PredictionSpread {
  readonly mean: Tensor;
  /** Standard deviation over the samples (their number in the denominator). */
  readonly deviation: Tensor;
}

/** The outputs for every batch of a pass, put together. */
export async function predictSource(where: string, source: BatchSource, options: PredictOptions): Promise<Tensor[]> {
  const { signal, steps: limit = Number.POSITIVE_INFINITY, callbacks = [] } = options;
  const verbose = standardVerbosity(options.verbose ?? 0);
  const list = new CallbackList(where, callbacks, [], verbose ? [new ProgressBar(verbose)] : []);
  const parts: Tensor[][] = [];
  const steps = Math.min(source.steps ?? Number.POSITIVE_INFINITY, limit);
  await list.call('onTestBegin', Number.isFinite(steps) ? steps : undefined);
  const hasEnd = list.has('onTestBatchEnd');
  await source.nextPass();
  for (let batch = 0; batch < limit; batch++) {
    throwIfAborted(where, signal);
    const step = await source.next(signal);
    if (!step) break;
    const pending = step.run();
    if (pending) await pending;
    parts.push(step.outputs());
    if (hasEnd) await list.call('onTestBatchEnd', batch, {});
    if (pace.isDue) await pace.rest();
  }
  await list.call('onTestEnd', {});
  return parts[0]!.map((_, output) => concatenateRows(parts.map((batch) => batch[output]!)));
}

/** Running mean and squared deviation of tensors of one shape (Welford 1962), in float64. */
export class Spread {
  #mean: Float64Array | undefined;
  #squares = new Float64Array();
  #count = 0;
  #shape: readonly number[] = [];

  add({ data, shape }: Tensor): void {
    this.#mean ??= new Float64Array(data.length);
    if (this.#count === 0) {
      this.#squares = new Float64Array(data.length);
      this.#shape = shape;
    }
    this.#count++;
    for (let i = 0; i < data.length; i++) {
      const difference = data[i]! - this.#mean[i]!;
      this.#mean[i]! += difference / this.#count;
      this.#squares[i]! += difference * (data[i]! - this.#mean[i]!);
    }
  }

  result(): PredictionSpread {
    const count = Math.max(1, this.#count);
    const deviation = Float32Array.from(this.#squares, (squares) => Math.sqrt(squares / count));
    return { mean: new Tensor(Float32Array.from(this.#mean ?? []), this.#shape), deviation: new Tensor(deviation, this.#shape) };
  }
}

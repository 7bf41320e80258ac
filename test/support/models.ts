/** @file Small models and data for tests of training. */

import { setSeed } from '../../src/base/seed.ts';
import { Tensor } from '../../src/base/tensor.ts';
import type { Callback, Logs } from '../../src/callbacks/index.ts';
import { BatchNormalization, Dense, Dropout } from '../../src/layers/index.ts';
import { type CompileOptions, Sequential } from '../../src/models/index.ts';
import { generator } from './random.ts';

/** Options of runs that print nothing. */
export const silent = { verbose: 0 } as const;

/** A line w·x + b from w = 0.5, b = 0, trained by plain gradient descent on the squared error. */
export function lineModel(options: Partial<CompileOptions> = {}): Sequential {
  const model = new Sequential([new Dense({ units: 1, inputShape: [1] })]);
  model.setWeights([[[0.5]], [0]]);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', ...options });
  return model;
}

/** What {@link lineModel} must come to, computed in float64: the weights and the loss of every batch before its update. */
export function trainLine(
  batches: readonly (readonly [x: number, y: number])[][],
  rate = 0.01,
): { w: number; b: number; losses: number[] } {
  let [w, b] = [0.5, 0];
  const losses = batches.map((batch) => {
    const errors = batch.map(([x, y]) => w * x + b - y);
    const mean = (values: number[]): number => values.reduce((total, value) => total + value, 0) / batch.length;
    const loss = mean(errors.map((error) => error * error));
    const slope = mean(batch.map(([x], i) => 2 * errors[i]! * x));
    b -= rate * mean(errors.map((error) => 2 * error));
    w -= rate * slope;
    return loss;
  });
  return { w, b, losses };
}

/** Random numbers in [−1, 1), the same for the same shape and seed. */
export function noise(shape: readonly number[], seed = 1): Tensor {
  const next = generator(seed);
  return new Tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next() * 2 - 1),
    shape,
  );
}

/** Points of `classes` clusters in a plane and the number of the cluster each belongs to. */
export function clusters(count: number, classes = 3, seed = 7): { x: Tensor; y: Tensor } {
  const next = generator(seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const x = Float32Array.from({ length: 2 * count }, (_, i) => {
    const angle = (2 * Math.PI * labels[i >> 1]!) / classes;
    return (i % 2 ? Math.sin(angle) : Math.cos(angle)) + (next() - 0.5) * 0.6;
  });
  return { x: new Tensor(x, [count, 2]), y: new Tensor(labels, [count]) };
}

/** A classifier of {@link clusters} with something of everything: batch statistics, random masks, weights. */
export function classifier({
  seed = 42,
  classes = 3,
  units = 8,
  optimizer = 'adam' as CompileOptions['optimizer'],
} = {}): Sequential {
  setSeed(seed);
  const model = new Sequential([
    new BatchNormalization({ inputShape: [2] }),
    new Dense({ units, activation: 'relu' }),
    new Dropout(0.1),
    new Dense({ units: classes, activation: 'softmax' }),
  ]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** All weights of a model in one list, for comparing bits. */
export function weightsOf(model: Sequential): number[] {
  return model.getWeights().flatMap((weight) => Array.from(weight.data));
}

/** Writes down which methods are called, in order. */
export class Recorder implements Callback {
  readonly calls: string[] = [];
  readonly #name: string;

  constructor(name = '') {
    this.#name = name;
  }

  #record(hook: string, argument?: number, logs?: Logs): void {
    const parts = [hook, ...(argument === undefined ? [] : [argument]), ...(logs ? [Object.keys(logs).join('+')] : [])];
    this.calls.push(this.#name + parts.join(' '));
  }

  onTrainBegin(_model: unknown, { epochs, steps }: { epochs: number; steps: number | undefined }): void {
    this.#record(`trainBegin ${epochs}x${steps}`);
  }
  onTrainEnd(logs: Logs): void {
    this.#record('trainEnd', undefined, logs);
  }
  onEpochBegin(epoch: number): void {
    this.#record('epochBegin', epoch);
  }
  onEpochEnd(epoch: number, logs: Logs): void {
    this.#record('epochEnd', epoch, logs);
  }
  onTrainBatchBegin(batch: number): void {
    this.#record('batchBegin', batch);
  }
  onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#record('batchEnd', batch, logs);
  }
  onTestBegin(steps: number): void {
    this.#record('testBegin', steps);
  }
  onTestBatchEnd(batch: number, logs: Logs): void {
    this.#record('testBatchEnd', batch, logs);
  }
  onTestEnd(logs: Logs): void {
    this.#record('testEnd', undefined, logs);
  }
}

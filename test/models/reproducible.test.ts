/** @file The same bits whatever the threads and wherever the data lie, and memory that stays where it is. */

import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { engine, engineInfo, setup } from '../../src/engine/index.ts';
import { BatchNormalization, Dense, Dropout, Flatten } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { Adam } from '../../src/optimizers/index.ts';
import { classifier, clusters, lineModel, noise, silent, weightsOf } from '../support/models.ts';

/** Whether the engine's memory has room for the samples; without it, batches are copied in one by one. */
const room = vi.hoisted(() => ({ isThere: true }));
vi.mock('../../src/models/resident.ts', async (original) => {
  const { placeSamples } = await original<typeof import('../../src/models/resident.ts')>();
  return { placeSamples: (pair: Parameters<typeof placeSamples>[0]) => (room.isThere ? placeSamples(pair) : undefined) };
});

afterEach(() => {
  room.isThere = true;
});
afterAll(() => {
  engine().stopThreads();
});

/** Trains a net large enough for several threads and returns every number that comes of it. */
async function train(seed: string | number, { x, y } = images): Promise<number[]> {
  setSeed(seed);
  const model = new Sequential([
    new Flatten({ inputShape: [12, 12] }),
    new BatchNormalization(),
    new Dense({ units: 96, activation: 'relu', kernelInitializer: 'heNormal' }),
    new Dropout(0.2),
    new Dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: new Adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(x, y, { epochs: 2, batchSize: 48, validationSplit: 0.1, ...silent });
  const predictions = await model.predict(x.slice(0, 7));
  return [...weightsOf(model), ...Object.values(history).flat(), ...predictions.data];
}

const images = {
  x: new Tensor(
    Uint8Array.from(noise([300, 12, 12]).data, (value) => (value + 1) * 127),
    [300, 12, 12],
  ),
  y: new Tensor(
    Uint8Array.from({ length: 300 }, (_, i) => i % 10),
    [300],
  ),
};

describe('a seed', () => {
  test('fixes initial weights, order and masks to the bit', async () => {
    const first = await train(1);
    expect(await train(1)).toEqual(first);
    expect(await train(2)).not.toEqual(first);
    expect(await train('1')).toEqual(first);
  });

  test('gives the same bits on 1, 2 and 3 threads', async () => {
    const results: number[][] = [];
    for (const threads of [1, 2, 3]) {
      await setup({ threads });
      expect(engineInfo().threads).toBe(threads);
      // Enough runs that each number of threads has been tried.
      results.push([...(await train(1)), ...(await train(2))]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('gives the same bits when another thread computes', async () => {
    await setup({ threads: 1 });
    const here = await train(1);
    await setup({ threads: 2, worker: true });
    expect(engineInfo().worker).toBe(true);
    const there = await train(1);
    await setup({ worker: false, threads: 1 });
    expect(there).toEqual(here);
  });
});

describe('samples that are too many for the engine', () => {
  test.each(['uint8', 'float32'] as const)('train to the same bits from JavaScript (%s)', async (dtype) => {
    const data = dtype === 'uint8' ? images : { ...images, x: noise([300, 12, 12]) };
    const resident = await train(1, data);
    room.isThere = false;
    expect(await train(1, data)).toEqual(resident);
  });

  test('may come in a batch size larger than their number', async () => {
    room.isThere = false;
    const model = lineModel();
    await model.fit([[1], [2]], [[1], [2]], { batchSize: 2 ** 40, ...silent });
    const twin = lineModel();
    await twin.trainOnBatch([[1], [2]], [[1], [2]]);
    expect(weightsOf(model)).toEqual(weightsOf(twin));
  });
});

/** Where the numbers grow. They may fall at any time: what earlier tests left is collected when the host likes. */
function growth(numbers: readonly number[]): number[] {
  return numbers.flatMap((value, i) => (i > 0 && value > numbers[i - 1]! ? [i] : []));
}

describe('memory', () => {
  test('in use is the same after 200 calls of fit as after two', async () => {
    const model = classifier();
    const { x, y } = clusters(20);
    const options = { batchSize: 8, validationSplit: 0.2, ...silent };
    const used: number[] = [];
    for (let call = 0; call < 200; call++) {
      await model.fit(x, y, options);
      await model.predict(x);
      used.push(engine().memory.usage().used);
    }
    expect(growth(used.slice(1))).toEqual([]);
  });

  test('that a run took is given back when it fails', async () => {
    const model = lineModel();
    const data = noise([5000, 1]);
    const options = { batchSize: 4, ...silent };
    const cancelled = async (): Promise<number> => {
      const controller = new AbortController();
      const callbacks = [{ onTrainBatchEnd: () => controller.abort() }];
      await expect(model.fit(data, data, { ...options, callbacks, signal: controller.signal })).rejects.toThrow(/cancelled/);
      return engine().memory.usage().used;
    };
    const first = await cancelled();
    expect(await cancelled()).toBeLessThanOrEqual(first);
  });

  test('of programs is given back when the model is compiled again', async () => {
    const model = lineModel({ optimizer: 'sgd' });
    const x = noise([64, 1]);
    const used: number[] = [];
    for (let round = 0; round < 20; round++) {
      model.compile({ optimizer: model.optimizer, loss: 'mse' });
      await model.fit(x, x, silent);
      used.push(engine().memory.usage().used);
    }
    expect(growth(used.slice(1))).toEqual([]);
  });
});

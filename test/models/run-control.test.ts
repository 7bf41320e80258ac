/** @file Runs from outside: as a stream of events, held up and let go on, and what chance makes of predictions. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { tensor } from '../../src/base/tensor.ts';
import { BatchNormalization, Dense, Dropout } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { Spread } from '../../src/models/predict.ts';
import { classifier, clusters, lineModel, noise, silent, weightsOf } from '../support/models.ts';

const { x, y } = clusters(24);

describe('fitStream', () => {
  test('tells of every batch and epoch, and ends with the history', async () => {
    const events: string[] = [];
    const model = classifier();
    let result: unknown;
    for await (const event of model.fitStream(x, y, { epochs: 2, batchSize: 12 })) {
      if (event.type === 'begin') events.push(`begin ${event.epochs}x${event.steps}`);
      else if (event.type === 'batch') events.push(`batch ${event.epoch}.${event.batch} ${Object.keys(event.logs)}`);
      else if (event.type === 'epoch') events.push(`epoch ${event.epoch} ${Object.keys(event.logs)}`);
      else result = event.history.history;
    }
    const batch = (at: string): string => `batch ${at} accuracy,loss`;
    expect(events).toEqual([
      'begin 2x2',
      batch('0.0'),
      batch('0.1'),
      'epoch 0 accuracy,loss',
      batch('1.0'),
      batch('1.1'),
      'epoch 1 accuracy,loss',
    ]);
    const twin = classifier();
    expect(result).toEqual((await twin.fit(x, y, { epochs: 2, batchSize: 12, ...silent })).history);
    expect(weightsOf(model)).toEqual(weightsOf(twin));
  });

  test('waits for its reader, and is cancelled when the reader leaves', async () => {
    const model = classifier();
    const steps: number[] = [];
    const counter = { onTrainBatchEnd: (batch: number) => void steps.push(batch) };
    for await (const event of model.fitStream(x, y, { epochs: 100, batchSize: 4, callbacks: [counter] })) {
      if (event.type !== 'batch') continue;
      await new Promise((resolve) => setTimeout(resolve, 5));
      // The next step has not run while this event was looked at.
      expect(steps).toHaveLength(event.batch + 1);
      if (event.batch === 2) break;
    }
    expect(steps).toEqual([0, 1, 2]);
    await model.fit(x, y, silent);
  });

  test('throws what the run failed with', async () => {
    const read = async (): Promise<void> => {
      for await (const _ of classifier().fitStream(x, y.slice(0, 3)));
    };
    await expect(read()).rejects.toThrow(/as many targets as inputs/);
    const stop = new AbortController();
    stop.abort();
    const cancelled = async (): Promise<void> => {
      for await (const _ of classifier().fitStream(x, y, { signal: stop.signal }));
    };
    await expect(cancelled()).rejects.toThrow(/cancelled/);
  });
});

describe('a run that is held up', () => {
  test('stops after the step under way and goes on to the same bits', async () => {
    const model = classifier();
    const seen: number[] = [];
    const log = {
      onTrainBatchEnd: (batch: number) => {
        seen.push(batch);
        if (seen.length === 2) model.pauseTraining();
      },
    };
    const run = model.fit(x, y, { batchSize: 4, epochs: 2, callbacks: [log], ...silent });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([seen, model.isPaused]).toEqual([[0, 1], true]);
    model.resumeTraining();
    await run;
    expect([seen.length, model.isPaused]).toEqual([12, false]);
    const twin = classifier();
    await twin.fit(x, y, { batchSize: 4, epochs: 2, ...silent });
    expect(weightsOf(model)).toEqual(weightsOf(twin));
  });

  test('can be cancelled', async () => {
    const model = classifier();
    model.pauseTraining();
    await expect(model.fit(x, y, { signal: AbortSignal.timeout(30), ...silent })).rejects.toThrow(/cancelled/);
    // The next run is not held up by what held up the last one.
    expect(model.isPaused).toBe(false);
    await model.fit(x, y, silent);
  });
});

describe('a run under way', () => {
  test.each(['onEpochBegin', 'onEpochEnd', 'onTrainBegin', 'onTrainEnd'] as const)(
    'is not compiled anew from %s',
    async (hook) => {
      const model = classifier();
      const callback = { [hook]: () => model.compile({ loss: 'mse' }) };
      await expect(model.fit(x, y, { callbacks: [callback], ...silent })).rejects.toThrow(
        /compile\] expected a model that is not being trained, got one that is. Hint: call it after fit/,
      );
      model.compile({ loss: 'sparseCategoricalCrossentropy' });
      await model.fit(x, y, silent);
    },
  );
});

test('a run within a run does not open the outer one to compiling', async () => {
  const model = classifier();
  const nested = {
    onEpochEnd: async () => {
      await model.fit(x, y, { callbacks: [{ onEpochEnd: () => {} }], ...silent });
      model.compile({ loss: 'mse' });
    },
  };
  await expect(model.fit(x, y, { callbacks: [nested], ...silent })).rejects.toThrow(/a model that is not being trained/);
});

test('the deviation is that of all samples', () => {
  const spread = new Spread();
  for (const value of [1, 3, 8]) spread.add(tensor([value, 2]));
  const { mean, deviation } = spread.result();
  expect(mean.toArray()).toEqual([4, 2]);
  expect(deviation.toArray()).toEqual([Math.fround(Math.sqrt(26 / 3)), 0]);
});

describe('Monte Carlo dropout', () => {
  function makeModel(): Sequential {
    const model = new Sequential([
      new BatchNormalization({ inputShape: [4] }),
      new Dropout(0.5),
      new Dense({ units: 1, useBias: false, kernelInitializer: 'ones' }),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    return model;
  }

  test('has the mean and the deviation of the outputs that dropout makes', async () => {
    setSeed(3);
    const model = makeModel();
    const inputs = tensor([
      [1, 2, 3, 4],
      [0, 0, 0, 0],
      [-1, 0.5, 0, 2],
    ]);
    const { mean, deviation } = await model.predictSpread(inputs, { samples: 4000 });
    // With rate ½ every input is doubled or dropped: mean Σx, variance Σx², up to the factor that the moving variance 1 and ε give.
    const scale = 1 / Math.sqrt(1.001);
    const expected = [10, 0, 1.5];
    const spread = [Math.sqrt(30), 0, Math.sqrt(5.25)];
    expect([mean.shape, deviation.shape]).toEqual([
      [3, 1],
      [3, 1],
    ]);
    for (let i = 0; i < 3; i++) {
      expect(Math.abs(mean.data[i]! - expected[i]! * scale)).toBeLessThanOrEqual((4 * spread[i]!) / Math.sqrt(4000));
      expect(Math.abs(deviation.data[i]! - spread[i]! * scale)).toBeLessThanOrEqual(0.05 * spread[i]!);
    }
  });

  test('leaves the model as it is, also its moving statistics, and one sample is a prediction in training', async () => {
    setSeed(4);
    const model = makeModel();
    const before = weightsOf(model);
    const noisy = await model.predict(noise([64, 4]), { training: true });
    expect(weightsOf(model)).toEqual(before);
    const plain = await model.predict(noise([64, 4]));
    expect(noisy).not.toEqual(plain);
    // Without dropout there is nothing that chance has a part in.
    const still = new Sequential([new BatchNormalization({ inputShape: [4] }), new Dense({ units: 2 })]);
    const { mean, deviation } = await still.predictSpread(noise([8, 4]), { samples: 5 });
    expect(mean).toEqual(await still.predict(noise([8, 4])));
    expect([...deviation.data].every((value) => value === 0)).toBe(true);
  });

  test('refuses a bad number of samples', async () => {
    await expect(makeModel().predictSpread(noise([1, 4]), { samples: 0 })).rejects.toThrow(
      /`samples` to be an integer >= 1, got 0/,
    );
  });
});

describe('weights of samples', () => {
  test('count in weighted metrics and not in the others', async () => {
    const model = lineModel({ metrics: ['mae'], weightedMetrics: ['mse'] });
    const [xs, ys, sampleWeight] = [tensor([[2], [4], [6]]), tensor([[1], [0], [0]]), [1, 3, 0]];
    // Predictions are 1, 2, 3.
    const logs = await model.evaluate(xs, ys, { sampleWeight, ...silent });
    expect(logs.mae).toBeCloseTo(5 / 3, 6);
    expect(logs.mse).toBeCloseTo((0 * 1 + 4 * 3) / 4, 6);
    expect(await model.testOnBatch(xs, ys, { sampleWeight })).toEqual(logs);
    const { loss } = await model.trainOnBatch(xs, ys, { sampleWeight });
    expect(loss).toBeCloseTo(12 / 3, 6);
    await expect(model.trainOnBatch(xs, ys, { sampleWeights: [1] } as object)).rejects.toThrow(/did you mean `sampleWeight`/);
  });
});

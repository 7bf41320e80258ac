import { describe, expect, test } from 'vitest';
import { jit } from '../../src/graph/jit.ts';
import { BatchNormalization, type BatchNormalizationOptions } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { expectClose } from '../support/compare.ts';
import { noise } from '../support/models.ts';

const near = { absolute: 1e-6, relative: 1e-5 };
const x = [
  [1, 10],
  [3, 10],
  [5, 40],
];

function make(options: BatchNormalizationOptions = {}): {
  layer: BatchNormalization;
  train: () => number[];
  use: () => number[];
  moving: () => number[][];
} {
  const layer = new BatchNormalization(options);
  layer.ensureBuilt([null, 2]);
  const run = (training: boolean) => {
    const compiled = jit((input) => layer.call(input, { training }));
    return () => [...compiled(x).data];
  };
  const moving = (): number[][] => layer.weights.slice(-2).map((weight) => [...weight.read().data]);
  return { layer, train: run(true), use: run(false), moving };
}

describe('BatchNormalization', () => {
  test('in training centres and scales each feature of the batch', () => {
    const { train } = make({ epsilon: 1e-7 });
    const y = train();
    for (const feature of [0, 1]) {
      const values = y.filter((_, i) => i % 2 === feature);
      const mean = values.reduce((a, b) => a + b) / 3;
      expectClose([mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / 3], [0, 1], near);
    }
  });

  test('moves its statistics towards those of the batch, the variance divided by N, and uses them afterwards', () => {
    const { train, use, moving } = make({ momentum: 0.9, epsilon: 0.001 });
    const means = [3, 20];
    const variances = [8 / 3, 200];
    let [mean, variance] = [
      [0, 0],
      [1, 1],
    ];
    for (let step = 0; step < 3; step++) {
      train();
      mean = mean.map((value, i) => 0.9 * value + 0.1 * means[i]!);
      variance = variance.map((value, i) => 0.9 * value + 0.1 * variances[i]!);
      expectClose(moving().flat(), [...mean, ...variance], near);
    }
    const expected = x.flatMap((row) => row.map((value, i) => (value - mean[i]!) / Math.sqrt(variance[i]! + 0.001)));
    expectClose(use(), expected, near);
    expectClose(moving().flat(), [...mean, ...variance], near);
  });

  test('has the defaults of Keras', () => {
    const { layer } = make();
    expect([layer.momentum, layer.epsilon]).toEqual([0.99, 0.001]);
    expect(layer.weights.map(({ name }) => name.split('/')[1])).toEqual(['gamma', 'beta', 'moving_mean', 'moving_variance']);
    expect(layer.getWeights().map(({ data }) => [...data])).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
  });

  test.each([
    [{ scale: false }, ['beta', 'moving_mean', 'moving_variance']],
    [{ center: false }, ['gamma', 'moving_mean', 'moving_variance']],
    [{ scale: false, center: false }, ['moving_mean', 'moving_variance']],
  ])('with %j has the weights %j', (options, names) => {
    expect(make(options).layer.weights.map(({ name }) => name.split('/')[1])).toEqual(names);
  });

  test('applies gamma and beta', () => {
    const { layer, use } = make({
      epsilon: 1e-7,
      gammaInitializer: { type: 'constant', options: { value: 3 } },
      betaInitializer: 'ones',
    });
    expect(layer.epsilon).toBe(1e-7);
    expectClose(
      use(),
      x.flat().map((value) => 3 * value + 1),
      near,
    );
  });

  test('frozen is in use even in training', () => {
    const { layer, moving, use } = make();
    layer.trainable = false;
    const frozen = jit((input) => layer.call(input, { training: true }));
    expect([...frozen(x).data]).toEqual(use());
    expect(moving()).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('normalizes any axis', async () => {
    const data = noise([4, 3, 5]);
    const first = new BatchNormalization({ axis: 1, inputShape: [3, 5] });
    const last = new BatchNormalization({ axis: -1, inputShape: [5, 3] });
    const weights = [1, 2, 3, 4].map((seed) => (seed === 4 ? [2, 3, 4] : noise([3], seed)));
    const turned = Float32Array.from(
      { length: 60 },
      (_, i) => data.data[Math.floor(i / 15) * 15 + (i % 3) * 5 + (Math.floor(i / 3) % 5)]!,
    );
    const models = [first, last].map((layer) => new Sequential([layer]));
    for (const model of models) model.setWeights(weights);
    const byFirst = await models[0]!.predict(data);
    const byLast = await models[1]!.predict(
      Array.from({ length: 4 }, (_, i) =>
        Array.from({ length: 5 }, (_row, j) => turned.subarray(i * 15 + j * 3, i * 15 + j * 3 + 3)),
      ),
    );
    const back = Float32Array.from(
      { length: 60 },
      (_, i) => byLast.data[Math.floor(i / 15) * 15 + (i % 5) * 3 + (Math.floor(i / 5) % 3)]!,
    );
    expect(byFirst.data).toEqual(back);
    expect(byFirst.data.some((value) => value !== 0)).toBe(true);
  });
});

/** @file Weights of samples and classes in fit and evaluate. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import { Dense, input } from '../../src/layers/index.ts';
import { type FitOptions, Model, Sequential } from '../../src/models/index.ts';

const count = 20;
const x = new Tensor(
  Float32Array.from({ length: 3 * count }, (_, i) => Math.sin(i)),
  [count, 3],
);
const labels = new Tensor(
  Int32Array.from({ length: count }, (_, i) => i % 2),
  [count],
);
const oneHot = tensor(Array.from({ length: count }, (_, i) => (i % 2 ? [0, 1] : [1, 0])));
const heavyOnes = Float32Array.from({ length: count }, (_, i) => (i % 2 ? 5 : 1));
const options: FitOptions = { epochs: 3, verbose: 0, shuffle: false, batchSize: 8 };

function classifier(loss = 'sparseCategoricalCrossentropy'): Sequential {
  setSeed(3);
  const model = new Sequential([
    new Dense({ units: 4, activation: 'tanh', inputShape: [3] }),
    new Dense({ units: 2, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'sgd', loss });
  return model;
}

const lossesOf = async (own: Partial<FitOptions>, model = classifier(), y: Tensor = labels): Promise<number[]> =>
  (await model.fit(x, y, { ...options, ...own })).history.loss!;

describe('sample weights', () => {
  test('of 1 change nothing, others do, and weights of 0 leave samples out', async () => {
    const plain = await lossesOf({});
    expect(await lossesOf({ sampleWeight: new Float32Array(count).fill(1) })).toEqual(plain);
    expect(await lossesOf({ sampleWeight: heavyOnes })).not.toEqual(plain);
    const [first] = await lossesOf({
      sampleWeight: Float32Array.from(heavyOnes, (weight) => (weight > 1 ? 0 : 2)),
      epochs: 1,
      batchSize: count,
    });
    const even = await classifier().evaluate(
      new Tensor(
        Float32Array.from({ length: 30 }, (_, i) => x.data[6 * Math.floor(i / 3) + (i % 3)]!),
        [10, 3],
      ),
      new Tensor(new Int32Array(10), [10]),
      { verbose: 0 },
    );
    // Twice the loss of half of the samples, over all of them.
    expect(first).toBeCloseTo(even.loss!, 5);
  });

  test('count in evaluate and in validation data', async () => {
    const model = classifier();
    const twice = new Float32Array(count).fill(2);
    const { loss } = await model.evaluate(x, labels, { verbose: 0 });
    expect((await model.evaluate(x, labels, { verbose: 0, sampleWeight: twice })).loss).toBeCloseTo(2 * loss!, 5);
    const { history } = await model.fit(x, labels, { ...options, epochs: 1, validationData: [x, labels, twice] });
    const after = await model.evaluate(x, labels, { verbose: 0 });
    expect(history.val_loss![0]).toBeCloseTo(2 * after.loss!, 5);
  });

  test('are per output, in one list, by name, or for all', async () => {
    const make = (): Model => {
      setSeed(4);
      const start = input({ shape: [3] });
      const model = new Model({
        inputs: start,
        outputs: { a: new Dense({ units: 1 }).apply(start), b: new Dense({ units: 1 }).apply(start) },
      });
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      return model;
    };
    const y = { a: new Float32Array(count).fill(1), b: new Float32Array(count).fill(-1) };
    const run = async (sampleWeight?: FitOptions['sampleWeight']) =>
      (await make().fit(x, y, { ...options, epochs: 1, batchSize: count, ...(sampleWeight ? { sampleWeight } : {}) })).history;
    const [plain, both, one] = [await run(), await run(heavyOnes), await run({ b: heavyOnes })];
    expect(await run([new Float32Array(count).fill(1), heavyOnes])).toEqual(one);
    expect(one.a_loss).toEqual(plain.a_loss);
    expect(one.b_loss).toEqual(both.b_loss);
    expect(both.a_loss![0]).toBeGreaterThan(plain.a_loss![0]!);
  });
});

describe('class weights', () => {
  test('are sample weights by class, for class numbers and one-hot rows', async () => {
    const wanted = await lossesOf({ sampleWeight: heavyOnes });
    expect(await lossesOf({ classWeight: { 1: 5 } })).toEqual(wanted);
    expect(await lossesOf({ classWeight: { 0: 1, 1: 5 } }, classifier('categoricalCrossentropy'), oneHot)).toEqual(wanted);
  });

  test('multiply sample weights', async () => {
    const squared = Float32Array.from(heavyOnes, (weight) => weight * weight);
    expect(await lossesOf({ classWeight: { 1: 5 }, sampleWeight: heavyOnes })).toEqual(await lossesOf({ sampleWeight: squared }));
  });
});

test.each<[string, object, RegExp]>([
  [
    'a class that is no number',
    { classWeight: { a: 1 } },
    /expected `classWeight` with numbers >= 0 by class number, got 1 for a/,
  ],
  ['a negative class weight', { classWeight: { 1: -1 } }, /got -1 for 1/],
  ['too few weights', { sampleWeight: [1, 2] }, /expected as many `sampleWeight` as inputs, got 2 for 20 inputs/],
  ['a negative weight', { sampleWeight: new Array(count).fill(-1) }, /expected `sampleWeight` to be numbers >= 0, got -1 at 0/],
  [
    'weights that fit no target',
    { sampleWeight: new Tensor(new Float32Array(2 * count), [count, 2]) },
    /sample weights of shape/,
  ],
])('%s is refused', async (_, own, message) => {
  await expect(lossesOf(own)).rejects.toThrow(message);
});

/** @file Frozen layers, shared layers, nested models, and the programs a model keeps for each. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import type { Callback } from '../../src/callbacks/index.ts';
import { Variable } from '../../src/graph/variable.ts';
import { Activation, BatchNormalization, Dense, Dropout, Flatten, type Layer } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { SGD } from '../../src/optimizers/index.ts';
import { classifier, clusters, lineModel, noise, silent, weightsOf } from '../support/models.ts';

const bits = (layer: Layer): number[] => layer.getWeights().flatMap(({ data }) => [...data]);
const regression = { optimizer: 'sgd', loss: 'mse' } as const;

describe('a frozen layer', () => {
  test('keeps its weights from the next fit on, without compiling again, and learns again when thawed', async () => {
    const [low, high] = [new Dense({ units: 3, inputShape: [2] }), new Dense({ units: 1 })];
    const model = new Sequential([low, high]);
    model.compile(regression);
    const [x, y] = [noise([8, 2]), noise([8, 1], 2)];
    const changes = async (): Promise<boolean[]> => {
      const before = [bits(low), bits(high)];
      await model.fit(x, y, silent);
      return [bits(low), bits(high)].map((after, i) => String(after) !== String(before[i]));
    };
    expect(await changes()).toEqual([true, true]);
    low.trainable = false;
    expect(model.trainableWeights).toEqual(high.weights);
    expect(await changes()).toEqual([false, true]);
    low.trainable = true;
    expect(await changes()).toEqual([true, true]);
    model.trainable = false;
    expect(await changes()).toEqual([false, false]);
    expect(model.trainableWeights).toEqual([]);
    // As in Keras, a frozen model trains none of its layers, whatever they say themselves.
    for (const layer of model.layers) layer.trainable = true;
    expect(await changes()).toEqual([false, false]);
    model.trainable = true;
    expect(await changes()).toEqual([true, true]);
  });

  test('made with trainable: false never learns', async () => {
    const fixed = new Dense({ units: 2, trainable: false, inputShape: [2] });
    const model = new Sequential([fixed, new Dense({ units: 1 })]);
    model.compile(regression);
    const before = bits(fixed);
    await model.fit(noise([8, 2]), noise([8, 1]), { epochs: 3, ...silent });
    expect(bits(fixed)).toEqual(before);
  });

  test.each([true, false])(
    'of batch normalization uses the moving statistics and leaves them (scale and center: %s)',
    async (hasWeights) => {
      const norm = new BatchNormalization({ inputShape: [2], scale: hasWeights, center: hasWeights });
      const model = new Sequential([norm, new Dense({ units: 1, trainable: false })]);
      model.compile({ optimizer: new SGD({ learningRate: 1e-30 }), loss: 'mse' });
      const [x, y] = [noise([8, 2]), noise([8, 1], 2)];
      const batch = await model.trainOnBatch(x, y);
      expect(bits(norm).slice(-4)).not.toEqual([0, 0, 1, 1]);
      // Frozen after it has been trained: the program is another one, even where no weight is trained either way.
      norm.trainable = false;
      const moved = bits(norm);
      const frozen = await model.trainOnBatch(x, y);
      expect(bits(norm)).toEqual(moved);
      expect(frozen).toEqual(await model.testOnBatch(x, y));
      expect(frozen.loss).not.toBe(batch.loss);
      norm.trainable = true;
      await model.trainOnBatch(x, y);
      expect(bits(norm)).not.toEqual(moved);
    },
  );

  test('inside a nested model is frozen for the outer one', async () => {
    const inner = new Sequential([new Dense({ units: 2, inputShape: [2] }), new BatchNormalization()]);
    const outer = new Sequential([inner, new Dense({ units: 1 })]);
    outer.compile(regression);
    const [x, y] = [noise([8, 2]), noise([8, 1], 2)];
    await outer.fit(x, y, silent);
    inner.trainable = false;
    const before = weightsOf(inner);
    await outer.fit(x, y, silent);
    expect(weightsOf(inner)).toEqual(before);
    inner.layers[0]!.trainable = true;
    inner.trainable = true;
    await outer.fit(x, y, silent);
    expect(weightsOf(inner)).not.toEqual(before);
  });
});

describe('a shared layer', () => {
  test('has one set of weights, whichever model trains it', async () => {
    const shared = new Dense({ units: 2, inputShape: [2] });
    const [a, b] = [new Sequential([shared, new Dense({ units: 1 })]), new Sequential([shared, new Dense({ units: 3 })])];
    a.compile(regression);
    const x = noise([8, 2]);
    const before = await b.predict(x);
    await a.fit(x, noise([8, 1], 2), silent);
    expect((await b.predict(x)).data).not.toEqual(before.data);
    expect(a.weights[0]).toBe(b.weights[0]);
  });

  test('without weights takes inputs of any shape', async () => {
    const flatten = new Flatten();
    const relu = new Activation('relu');
    const small = new Sequential([flatten, relu], { inputShape: [2, 3] });
    const large = new Sequential([flatten, relu], { inputShape: [4, 5] });
    expect([small.outputShape, large.outputShape]).toEqual([
      [null, 6],
      [null, 20],
    ]);
    const dense = new Dense({ units: 1 });
    large.add(dense);
    expect(dense.weights[0]!.shape).toEqual([20, 1]);
    expect((await large.predict(noise([3, 4, 5]))).shape).toEqual([3, 1]);
    expect((await small.predict(noise([3, 2, 3]))).shape).toEqual([3, 6]);
  });

  test('with weights refuses inputs they do not fit', () => {
    const shared = new Dense({ units: 2, inputShape: [2], name: 'shared' });
    new Sequential([shared]);
    const make = (): Sequential => new Sequential([shared], { inputShape: [3] });
    expect(make).toThrow('[Dense "shared"] expected inputs like those it was built for, [?, 2], got [?, 3].');
    const nested = new Sequential([new Sequential([shared])]);
    expect(() => nested.ensureBuilt([null, 3])).toThrow(/Dense "shared".*\[\?, 2\], got \[\?, 3\]/);
  });

  test('taken from a trained model brings its weights and its shape along', async () => {
    const base = new Sequential([new Dense({ units: 4, activation: 'tanh', inputShape: [2] }), new Dense({ units: 1 })]);
    base.compile(regression);
    const x = noise([8, 2]);
    await base.fit(x, noise([8, 1], 2), silent);
    const head = new Dense({ units: 1, activation: 'sigmoid' });
    const model = new Sequential([...base.layers.slice(0, -1), head]);
    expect(model.isBuilt).toBe(true);
    expect(model.inputShape).toEqual([null, 2]);
    for (const layer of model.layers.slice(0, -1)) layer.trainable = false;
    model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
    const [kept, changed] = [bits(base.layers[0]!), bits(head)];
    await model.fit(x, [0, 1, 0, 1, 0, 1, 0, 1], silent);
    expect(bits(base.layers[0]!)).toEqual(kept);
    expect(bits(head)).not.toEqual(changed);
  });

  test('that drops at random draws another mask in each of its places', async () => {
    const drop = new Dropout({ rate: 0.5, seed: 1 });
    // Where both masks were one, a value would be dropped or multiplied by 4, and a half would be left instead of a quarter.
    const model = new Sequential([new Sequential([drop]), new Sequential([drop])], { inputShape: [4000] });
    model.compile({ optimizer: 'sgd', loss: (_, yPred) => yPred });
    const ones = new Float32Array(4000).fill(1);
    const { loss } = await model.trainOnBatch([ones], [ones]);
    expect(loss).toBeGreaterThan(0.8);
    expect(loss).toBeLessThan(1.2);
  });
});

describe('nested models', () => {
  test('compute and train as their layers in a row do', async () => {
    const layers = (): Layer[] => {
      setSeed(3);
      return [
        new Dense({ units: 4, activation: 'relu', inputShape: [2] }),
        new BatchNormalization(),
        new Dense({ units: 3, activation: 'softmax' }),
      ];
    };
    const flat = new Sequential(layers());
    const [first, second, third] = layers();
    const nested = new Sequential([new Sequential([first!, second!]), new Sequential([third!])]);
    expect(nested.outputShape).toEqual(flat.outputShape);
    expect(nested.weights.map(({ shape }) => shape)).toEqual(flat.weights.map(({ shape }) => shape));
    const { x, y } = clusters(20);
    for (const model of [flat, nested]) {
      model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
      await model.fit(x, y, { epochs: 2, batchSize: 8, shuffle: false, ...silent });
    }
    expect(weightsOf(nested)).toEqual(weightsOf(flat));
    expect((await nested.predict(x)).data).toEqual((await flat.predict(x)).data);
  });

  test('are built with the outer model when their input shape is not known', async () => {
    const inner = new Sequential([new Dense({ units: 3 }), new Dense({ units: 2 })]);
    const outer = new Sequential([new Dense({ units: 4, inputShape: [5] }), inner]);
    expect(inner.inputShape).toEqual([null, 4]);
    expect(outer.outputShape).toEqual([null, 2]);
    expect(outer.countParams()).toBe(5 * 4 + 4 + 4 * 3 + 3 + 3 * 2 + 2);
  });
});

describe('the programs a model keeps', () => {
  test('are dropped when there are many, but never one that is in use', async () => {
    const [model, twin] = [classifier(), classifier()];
    const { x, y } = clusters(13);
    const options = { batchSize: 5, shuffle: false, ...silent };
    // Of 33 programs the oldest is dropped: it is that of the full batch, which the next fit needs.
    await model.fit(x.slice(0, 5), y.slice(0, 5), options);
    for (let rows = 1; rows <= 31; rows++) await model.predictOnBatch(noise([rows, 2]));
    // What lies where a dropped program was is overwritten before the first step.
    const fillers: Variable[] = [];
    const fill: Callback = {
      onTrainBatchBegin: () => {
        for (let size = 16; size <= 2 ** 16; size *= 2) {
          for (let i = 0; i < 10; i++) fillers.push(new Variable('filler', [size]));
        }
        for (const filler of fillers) filler.view().fill(Number.NaN);
      },
    };
    await model.fit(x, y, { ...options, callbacks: [fill] });
    await twin.fit(x.slice(0, 5), y.slice(0, 5), options);
    await twin.fit(x, y, options);
    expect(weightsOf(model)).toEqual(weightsOf(twin));
  });

  test('fit whatever batch sizes come', async () => {
    const model = lineModel();
    for (let round = 0; round < 2; round++) {
      for (let rows = 1; rows <= 40; rows++) {
        const result = await model.predictOnBatch(Array.from({ length: rows }, (_, i) => [i]));
        expect(result.data[rows - 1]).toBe(0.5 * (rows - 1));
      }
    }
  });
});

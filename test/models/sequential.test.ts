import { describe, expect, test } from 'vitest';
import { Activation, BatchNormalization, Dense, Dropout, Flatten, Layer } from '../../src/layers/index.ts';
import { Model, Sequential } from '../../src/models/index.ts';
import { expectClose } from '../support/compare.ts';
import { classifier, clusters, noise, silent, weightsOf } from '../support/models.ts';

describe('layers', () => {
  test('are listed in order, whether given at once or added', () => {
    const [a, b, c] = [new Flatten(), new Dense({ units: 2 }), new Activation('relu')];
    const model = new Sequential([a, b]);
    model.add(c);
    expect(model.layers).toEqual([a, b, c]);
    expect(model.pop()).toBe(c);
    expect(model.layers).toEqual([a, b]);
    expect(model).toBeInstanceOf(Model);
    expect(model).toBeInstanceOf(Layer);
  });

  test('compute one after the other', async () => {
    const model = new Sequential([
      new Dense({ units: 2, activation: 'relu', inputShape: [2] }),
      new Dense({ units: 1, useBias: false }),
    ]);
    model.setWeights([
      [
        [1, 0],
        [0, 1],
      ],
      [0, -1],
      [[10], [100]],
    ]);
    // relu(x + [0, −1])·[10, 100]
    expect(
      (
        await model.predict([
          [1, 3],
          [-1, 1],
          [2, 0.5],
        ])
      ).toArray(),
    ).toEqual([[210], [0], [20]]);
  });

  test('may be none at first', async () => {
    const model = new Sequential();
    expect(model.isBuilt).toBe(false);
    expect(model.layers).toEqual([]);
    model.add(new Dense({ units: 1, inputShape: [2] }));
    expect((await model.predict(noise([3, 2]))).shape).toEqual([3, 1]);
  });

  test('have names of their own and the model has one', () => {
    const model = new Sequential(
      [new Dense({ units: 1 }), new Dense({ units: 1 }), new BatchNormalization(), new Dense({ units: 1, name: 'out' })],
      { name: 'net' },
    );
    const names = model.layers.map(({ name }) => name);
    expect(names[0]).toMatch(/^dense(_\d+)?$/);
    expect(names[2]).toMatch(/^batch_normalization(_\d+)?$/);
    expect(names[3]).toBe('out');
    expect(new Set(names).size).toBe(4);
    expect([model.name, model.where, model.type]).toEqual(['net', 'Sequential "net"', 'Sequential']);
    expect(new Sequential().name).toMatch(/^sequential(_\d+)?$/);
  });
});

describe('building', () => {
  test('happens as layers are added when the input shape is known', () => {
    const model = new Sequential([new Dense({ units: 3, inputShape: [4] })]);
    expect([model.isBuilt, model.inputShape, model.outputShape]).toEqual([true, [null, 4], [null, 3]]);
    const top = new Dense({ units: 2 });
    model.add(top);
    expect(top.weights[0]!.shape).toEqual([3, 2]);
    expect(model.outputShape).toEqual([null, 2]);
    model.pop();
    expect([model.isBuilt, model.outputShape]).toEqual([true, [null, 3]]);
  });

  test('takes the input shape of the model before that of its first layer', () => {
    const model = new Sequential([new Flatten({ inputShape: [9] }), new Dense({ units: 2 })], { inputShape: [2, 5] });
    expect([model.inputShape, model.outputShape]).toEqual([
      [null, 2, 5],
      [null, 2],
    ]);
    expect(model.weights[0]!.shape).toEqual([10, 2]);
  });

  test('waits for data when the input shape is not known', async () => {
    const model = new Sequential([new Dense({ units: 3 }), new Dropout(0.1), new Dense({ units: 1 })]);
    expect([model.isBuilt, model.inputShape, model.countParams(), model.getWeights()]).toEqual([false, undefined, 0, []]);
    model.compile({ loss: 'mse' });
    await model.evaluate(noise([5, 2]), noise([5, 1]), silent);
    expect([model.isBuilt, model.inputShape, model.countParams()]).toEqual([true, [null, 2], 2 * 3 + 3 + 3 + 1]);
  });

  test('can be asked for', () => {
    const model = new Sequential([new Flatten(), new Dense({ units: 3 })]);
    expect(model.build([null, 2, 2])).toEqual([null, 3]);
    expect(model.countParams()).toBe(15);
    const before = weightsOf(model);
    model.build([32, 2, 2]);
    expect(weightsOf(model)).toEqual(before);
    expect(model.inputShape).toEqual([null, 2, 2]);
  });

  test('starts over after the last layer was taken off', () => {
    const model = new Sequential([new Dense({ units: 3, inputShape: [4] })]);
    model.pop();
    expect([model.isBuilt, model.inputShape]).toEqual([false, undefined]);
    model.add(new Dense({ units: 1, inputShape: [7] }));
    expect(model.inputShape).toEqual([null, 7]);
  });

  test('leaves sizes open that are not known', async () => {
    const model = new Sequential([new Dense({ units: 2, inputShape: [null, 3] })]);
    expect(model.outputShape).toEqual([null, null, 2]);
    for (const steps of [1, 5]) expect((await model.predict(noise([4, steps, 3]))).shape).toEqual([4, steps, 2]);
  });

  test('leaves the model as it was when a layer does not fit', async () => {
    const model = new Sequential([new Dense({ units: 3, inputShape: [4] })]);
    expect(() => model.add(new BatchNormalization({ axis: 5 }))).toThrow(/axis/);
    expect(model.layers).toHaveLength(1);
    expect((await model.predict(noise([2, 4]))).shape).toEqual([2, 3]);
  });
});

describe('weights', () => {
  test('come layer by layer, those that are trained first', () => {
    const names = classifier().weights.map(({ name }) => name.replace(/(_\d+)?\//, '/'));
    expect(names).toEqual([
      'batch_normalization/gamma',
      'batch_normalization/beta',
      'batch_normalization/moving_mean',
      'batch_normalization/moving_variance',
      'dense/kernel',
      'dense/bias',
      'dense/kernel',
      'dense/bias',
    ]);
  });

  test('are split into those that are trained and the others', () => {
    const model = classifier();
    const short = (list: typeof model.weights): string[] => list.map(({ name }) => name.split('/')[1]!);
    expect(short(model.trainableWeights)).toEqual(['gamma', 'beta', 'kernel', 'bias', 'kernel', 'bias']);
    expect(short(model.nonTrainableWeights)).toEqual(['moving_mean', 'moving_variance']);
    model.layers[1]!.trainable = false;
    expect(short(model.trainableWeights)).toEqual(['gamma', 'beta', 'kernel', 'bias']);
    expect(model.nonTrainableWeights).toHaveLength(4);
    expect(model.countParams()).toBe(4 * 2 + (2 * 8 + 8) + (8 * 3 + 3));
  });

  test('make another model of the same layers the same function', async () => {
    const [trained, other] = [classifier(), classifier({ seed: 1 })];
    const { x, y } = clusters(30);
    await trained.fit(x, y, { epochs: 3, ...silent });
    expect(weightsOf(other)).not.toEqual(weightsOf(trained));
    other.setWeights(trained.getWeights());
    expect(weightsOf(other)).toEqual(weightsOf(trained));
    expect((await other.predict(x)).data).toEqual((await trained.predict(x)).data);
  });

  test('are handed out as copies', () => {
    const model = classifier();
    const before = weightsOf(model);
    for (const weight of model.getWeights()) weight.data.fill(9);
    expect(weightsOf(model)).toEqual(before);
  });

  test('are all replaced or none', () => {
    const model = classifier();
    const before = weightsOf(model);
    const values = model.getWeights().map(({ shape }) => noise(shape));
    expect(() => model.setWeights([...values.slice(0, -1), [[1]]])).toThrow(/weight 7/);
    expect(weightsOf(model)).toEqual(before);
    model.setWeights(values);
    expectClose(
      weightsOf(model),
      values.flatMap(({ data }) => [...data]),
      { absolute: 0, relative: 0 },
    );
  });
});

/** @file evaluate, predict and the methods for single batches. */

import { describe, expect, test } from 'vitest';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import type { Node } from '../../src/graph/node.ts';
import { argmax } from '../../src/graph/ops.ts';
import { Dense, Layer } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { SGD } from '../../src/optimizers/index.ts';
import { expectClose } from '../support/compare.ts';
import { classifier, clusters, lineModel, noise, silent, trainLine, weightsOf } from '../support/models.ts';

const near = { absolute: 1e-6, relative: 1e-5 };

describe('evaluate', () => {
  test('gives what one works out by hand, however samples are cut into batches', async () => {
    const model = lineModel({ metrics: ['meanAbsoluteError'] });
    const x = [1, 2, 3, 4, 5];
    const y = [1, 0, 2, 2, -1];
    const errors = x.map((value, i) => Math.abs(0.5 * value - y[i]!));
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    for (const batchSize of [1, 2, 3, 5, 100]) {
      const logs = await model.evaluate(
        x.map((value) => [value]),
        y,
        { batchSize, ...silent },
      );
      expect(Object.keys(logs)).toEqual(['loss', 'meanAbsoluteError']);
      expectClose([logs.loss!, logs.meanAbsoluteError!], [mean(errors.map((error) => error ** 2)), mean(errors)], near);
    }
  });

  test('counts right answers among the samples', async () => {
    const model = new Sequential([new Dense({ units: 3, useBias: false, inputShape: [3] })]);
    model.setWeights([
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    ]);
    model.compile({ loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const rows = [
      [9, 1, 1],
      [1, 9, 1],
      [1, 1, 9],
      [1, 9, 1],
    ];
    expect((await model.evaluate(rows, [0, 1, 2, 0], { batchSize: 3, ...silent })).accuracy).toBe(0.75);
  });

  test('changes neither weights, moving statistics nor random state', async () => {
    const [model, twin] = [classifier(), classifier()];
    const { x, y } = clusters(20);
    const before = weightsOf(model);
    const first = await model.evaluate(x, y, silent);
    expect(await model.evaluate(x, y, silent)).toEqual(first);
    await model.predict(x);
    expect(weightsOf(model)).toEqual(before);
    for (const trained of [model, twin]) await trained.fit(x, y, { shuffle: false, ...silent });
    expect(weightsOf(model)).toEqual(weightsOf(twin));
  });
});

describe('predict', () => {
  test.each([1, 2, 3, 4, 7, 8, 32])('keeps rows in order and loses none, in batches of %i', async (batchSize) => {
    const model = lineModel();
    const x = Array.from({ length: 7 }, (_, i) => [i]);
    const result = await model.predict(x, { batchSize });
    expect(result).toBeInstanceOf(Tensor);
    expect(result.shape).toEqual([7, 1]);
    expect(result.toArray()).toEqual(x.map(([value]) => [0.5 * value!]));
  });

  test('needs no compile', async () => {
    const model = new Sequential([new Dense({ units: 2, inputShape: [3] })]);
    expect((await model.predict(noise([4, 3]))).shape).toEqual([4, 2]);
  });

  test('is a copy that later runs leave alone', async () => {
    const model = lineModel();
    const first = await model.predict([[1]]);
    await model.predict([[2]]);
    expect(first.data[0]).toBe(0.5);
  });

  test('follows weights that were set, layers that were taken off and put on', async () => {
    const model = new Sequential([new Dense({ units: 1, useBias: false, inputShape: [1] })]);
    model.setWeights([[[2]]]);
    expect((await model.predict([[3]])).item()).toBe(6);
    model.setWeights([[[5]]]);
    expect((await model.predict([[3]])).item()).toBe(15);
    const top = new Dense({ units: 1, useBias: false });
    model.add(top);
    top.setWeights([[[10]]]);
    expect((await model.predict([[3]])).item()).toBe(150);
    model.pop();
    expect((await model.predict([[3]])).item()).toBe(15);
    const other = new Dense({ units: 1, useBias: false });
    model.add(other);
    other.setWeights([[[100]]]);
    expect((await model.predict([[3]])).item()).toBe(1500);
  });

  test('keeps the type of what layers give', async () => {
    class Choice extends Layer {
      static override readonly type: string = 'Choice';
      override build(): null[] {
        return [null];
      }
      override call(x: Node): Node {
        return argmax(x, -1);
      }
    }
    const model = new Sequential([new Choice({ inputShape: [3] })]);
    const rows = [
      [1, 5, 2],
      [9, 5, 2],
      [1, 5, 7],
    ];
    for (const batchSize of [2, 3]) {
      const { dtype, shape, data } = await model.predict(rows, { batchSize });
      expect([dtype, shape, [...data]]).toEqual(['int32', [3], [1, 0, 2]]);
    }
  });

  test('prints a bar or a line when asked to, and nothing by default', async () => {
    const { write } = process.stdout;
    let text = '';
    process.stdout.write = ((part: string) => {
      text += part;
      return true;
    }) as typeof write;
    try {
      await lineModel().predict(noise([5, 1]), { batchSize: 2 });
      expect(text).toBe('');
      await lineModel().predict(noise([5, 1]), { batchSize: 2, verbose: 2 });
    } finally {
      process.stdout.write = write;
    }
    expect(text).toMatch(/^3\/3 - 0s - \d+[mu]s\/step\n$/);
  });
});

describe('methods for one batch', () => {
  test('train by one step and tell the loss from before it', async () => {
    const model = lineModel({ metrics: ['mae'] });
    const logs = await model.trainOnBatch([[1], [3]], [[2], [2]]);
    const { w, b, losses } = trainLine([
      [
        [1, 2],
        [3, 2],
      ],
    ]);
    expectClose([logs.loss!, logs.mae!], [losses[0]!, 1], near);
    expectClose(weightsOf(model), [w, b], near);
  });

  test('do not mix the results of several batches', async () => {
    const model = lineModel({ optimizer: new SGD({ learningRate: 1e-30 }) });
    expect((await model.trainOnBatch([[2]], [[0]])).loss).toBe(1);
    expect((await model.trainOnBatch([[4]], [[0]])).loss).toBe(4);
    expect((await model.testOnBatch([[6]], [[0]])).loss).toBe(9);
  });

  test('test without training', async () => {
    const model = lineModel();
    const before = weightsOf(model);
    expect(await model.testOnBatch([[2]], [[0]])).toEqual({ loss: 1 });
    expect(weightsOf(model)).toEqual(before);
  });

  test('are what fit does in every step', async () => {
    const data = clusters(24);
    const [byFit, byBatch] = [classifier(), classifier()];
    await byFit.fit(data.x, data.y, { batchSize: 10, shuffle: false, ...silent });
    for (const [from, to] of [
      [0, 10],
      [10, 20],
      [20, 24],
    ] as const)
      await byBatch.trainOnBatch(data.x.slice(from, to), data.y.slice(from, to));
    expect(weightsOf(byBatch)).toEqual(weightsOf(byFit));
  });

  test('predict a batch of any size at once', async () => {
    const model = lineModel();
    const x = noise([100, 1]);
    expect((await model.predictOnBatch(x)).data).toEqual((await model.predict(x)).data);
    expect((await model.predictOnBatch(tensor([[8]]))).toArray()).toEqual([[4]]);
  });
});

/** @file What fit learns from which samples, in which order, and what it reports. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor, type TensorLike, tensor } from '../../src/base/tensor.ts';
import type { Callback } from '../../src/callbacks/index.ts';
import type { Node } from '../../src/graph/node.ts';
import { Dense } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { Adam, SGD } from '../../src/optimizers/index.ts';
import { expectClose } from '../support/compare.ts';
import { classifier, clusters, lineModel, noise, silent, trainLine, weightsOf } from '../support/models.ts';

const near = { absolute: 1e-6, relative: 1e-5 };

describe('the update', () => {
  test('is that of gradient descent, batch by batch, with a smaller last batch', async () => {
    const points = [
      [1, 2],
      [2, 3],
      [3, 5],
      [-1, 0],
      [0.5, 1],
    ] as const;
    const model = lineModel();
    const { history } = await model.fit(
      points.map(([x]) => [x]),
      points.map(([, y]) => [y]),
      {
        batchSize: 2,
        epochs: 2,
        shuffle: false,
        ...silent,
      },
    );
    const batches = [points.slice(0, 2), points.slice(2, 4), points.slice(4)].map((batch) => [...batch]);
    const { w, b, losses } = trainLine([...batches, ...batches]);
    expectClose(weightsOf(model), [w, b], near);
    // An epoch's loss is the mean over samples: the last batch holds one of five.
    const epochLoss = (at: number): number => (2 * losses[at]! + 2 * losses[at + 1]! + losses[at + 2]!) / 5;
    expectClose(history.loss!, [epochLoss(0), epochLoss(3)], near);
  });

  test('goes on where it was when fit is called again', async () => {
    const data = clusters(30);
    const [once, twice] = [classifier(), classifier()];
    await once.fit(data.x, data.y, { epochs: 3, shuffle: false, batchSize: 8, ...silent });
    await twice.fit(data.x, data.y, { epochs: 1, shuffle: false, batchSize: 8, ...silent });
    const { epoch, history } = await twice.fit(data.x, data.y, { epochs: 2, shuffle: false, batchSize: 8, ...silent });
    expect(weightsOf(twice)).toEqual(weightsOf(once));
    expect(epoch).toEqual([0, 1]);
    expect(history.loss).toHaveLength(2);
  });

  test('starts fresh with a new optimizer, and goes on with the same one', async () => {
    const data = clusters(16);
    const rate = { learningRate: 0.1, momentum: 0.9 };
    const [fresh, kept] = [new SGD(rate), new SGD(rate)];
    const results = await Promise.all(
      [fresh, kept].map(async (optimizer) => {
        const model = classifier({ optimizer });
        await model.fit(data.x, data.y, { shuffle: false, ...silent });
        const next = optimizer === fresh ? new SGD(rate) : optimizer;
        model.compile({ optimizer: next, loss: 'sparseCategoricalCrossentropy' });
        await model.fit(data.x, data.y, { shuffle: false, ...silent });
        return [next.iterations, ...weightsOf(model)];
      }),
    );
    expect(results.map(([iterations]) => iterations)).toEqual([1, 2]);
    expect(results[0]!.slice(1)).not.toEqual(results[1]!.slice(1));
  });

  test('learns to tell clusters apart', async () => {
    const data = clusters(120);
    const model = classifier({ optimizer: new Adam({ learningRate: 0.05 }) });
    await model.fit(data.x, data.y, { epochs: 20, batchSize: 16, ...silent });
    const { accuracy } = await model.evaluate(data.x, data.y, silent);
    expect(accuracy).toBeGreaterThan(0.95);
  });
});

describe('the history', () => {
  test('has a number per epoch for each name, names in alphabetical order', async () => {
    const { x, y } = clusters(20);
    const model = classifier();
    model.compile({
      optimizer: 'sgd',
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['sparseCategoricalAccuracy', 'accuracy'],
    });
    const history = await model.fit(x, y, { epochs: 3, batchSize: 8, validationSplit: 0.25, ...silent });
    // Together, not the val_ ones last: it matters for names after "val".
    expect(Object.keys(history.history)).toEqual([
      'accuracy',
      'loss',
      'sparseCategoricalAccuracy',
      'val_accuracy',
      'val_loss',
      'val_sparseCategoricalAccuracy',
    ]);
    for (const values of Object.values(history.history)) expect(values).toHaveLength(3);
    expect(history.epoch).toEqual([0, 1, 2]);
    expect(history.params).toEqual({ epochs: 3, steps: 2, verbose: 0 });
  });

  test('sorts a name after "val_" behind the validation results', async () => {
    const zeal = (_: Node, yPred: Node): Node => yPred;
    const model = lineModel({ metrics: [zeal] });
    const { history } = await model.fit([[1], [2]], [[1], [2]], { validationSplit: 0.5, ...silent });
    expect(Object.keys(history)).toEqual(['loss', 'val_loss', 'val_zeal', 'zeal']);
  });

  test('tells metrics of one name apart', async () => {
    const model = lineModel({ metrics: ['mse', 'mse', 'mae'] });
    const { history } = await model.fit([[1]], [[1]], silent);
    expect(Object.keys(history)).toEqual(['loss', 'mae', 'mse', 'mse_1']);
    expect(history.mse_1).toEqual(history.mse);
  });

  test('keeps what a callback adds to the results of an epoch', async () => {
    const adds: Callback = {
      onEpochEnd: (epoch, logs) => {
        logs.twice = 2 * epoch;
      },
    };
    const { history } = await lineModel().fit([[1]], [[1]], { epochs: 2, callbacks: [adds], ...silent });
    expect(history.twice).toEqual([0, 2]);
  });

  test('counts correct answers from before each update', async () => {
    const model = new Sequential([new Dense({ units: 1, activation: 'sigmoid', inputShape: [1] })]);
    model.setWeights([[[1]], [0]]);
    // A rate so high that the first update turns all answers round.
    model.compile({ optimizer: new SGD({ learningRate: 100 }), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
    const { history } = await model.fit([[1], [2], [1], [2]], [[0], [0], [0], [0]], { batchSize: 2, shuffle: false, ...silent });
    expect(history.accuracy).toEqual([0.5]);
  });
});

describe('validation', () => {
  const x = [[1], [2], [3], [4], [5]];
  const y = [[1], [1], [1], [9], [9]];

  test('holds back the last samples, whatever the shuffling', async () => {
    const untouched = lineModel({ optimizer: new SGD({ learningRate: 1e-30 }) });
    const { history } = await untouched.fit(x, y, { validationSplit: 0.4, epochs: 2, ...silent });
    const loss = (rows: number[]): number =>
      rows.reduce((total, i) => total + (0.5 * x[i]![0]! - y[i]![0]!) ** 2, 0) / rows.length;
    expectClose(history.loss!, [loss([0, 1, 2]), loss([0, 1, 2])], near);
    expectClose(history.val_loss!, [loss([3, 4]), loss([3, 4])], near);
  });

  test('rounds the number of training samples down, as Keras does', async () => {
    const steps: (number | undefined)[] = [];
    const callbacks: Callback[] = [
      { onTestBegin: (count) => void steps.push(count), onTrainBegin: (_, run) => void steps.push(run.steps) },
    ];
    await lineModel().fit(x, y, { validationSplit: 0.5, batchSize: 1, callbacks, ...silent });
    expect(steps).toEqual([2, 3]);
  });

  test('takes data of its own, which win over a split', async () => {
    const data = [tensor([[7]]), tensor([[0]])] as const;
    const model = lineModel({ optimizer: new SGD({ learningRate: 1e-30 }) });
    const { history } = await model.fit(x, y, { validationSplit: 0.4, validationData: data, ...silent });
    expectClose(history.val_loss!, [3.5 ** 2], near);
    expectClose(history.loss!, [(await model.evaluate(x, y, silent)).loss!], near);
  });

  test('sees the weights after the epoch and leaves them alone', async () => {
    const { x: inputs, y: labels } = clusters(24);
    const [with_, without] = [classifier(), classifier()];
    const options = { epochs: 2, batchSize: 5, shuffle: false, ...silent };
    const { history } = await with_.fit(inputs, labels, { ...options, validationData: [inputs, labels] });
    await without.fit(inputs, labels, options);
    expect(weightsOf(with_)).toEqual(weightsOf(without));
    const { loss, accuracy } = await with_.evaluate(inputs, labels, { batchSize: 5, ...silent });
    expect([loss, accuracy]).toEqual([history.val_loss![1], history.val_accuracy![1]]);
  });
});

describe('the order of samples', () => {
  /** The targets of each batch of one sample, in the order they were trained on: with weights at 0, the loss is their square. */
  async function orderOf(epochs: number, shuffle?: boolean): Promise<number[][]> {
    const seen: number[][] = [];
    let total = 0;
    const model = lineModel({ optimizer: new SGD({ learningRate: 1e-30 }) });
    model.setWeights([[[0]], [0]]);
    const watch: Callback = {
      onEpochBegin: () => {
        seen.push([]);
        total = 0;
      },
      onTrainBatchEnd: (batch, { loss }) => {
        seen.at(-1)!.push(Math.round(Math.sqrt(loss! * (batch + 1) - total)));
        total = loss! * (batch + 1);
      },
    };
    const y = [1, 2, 3, 4, 5, 6, 7, 8];
    await model.fit(
      y.map(() => [0]),
      y,
      { epochs, batchSize: 1, callbacks: [watch], ...(shuffle === undefined ? {} : { shuffle }), ...silent },
    );
    return seen;
  }

  test('is that of the data without shuffling', async () => {
    expect(await orderOf(2, false)).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ]);
  });

  test('is a new one every epoch, holds every sample once, and follows from the seed', async () => {
    setSeed(5);
    const first = await orderOf(3);
    for (const epoch of first) expect(epoch.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(first.map(String)).size).toBe(3);
    setSeed(5);
    expect(await orderOf(3)).toEqual(first);
    setSeed(6);
    expect(await orderOf(3)).not.toEqual(first);
  });
});

describe('data', () => {
  const rows = [
    [0, 128, 255],
    [1, 2, 3],
    [9, 8, 7],
    [50, 60, 70],
  ];
  const labels = [0, 1, 2, 1];
  const forms: readonly [name: string, x: TensorLike, y: TensorLike][] = [
    ['nested arrays', rows, labels],
    ['labels as a column', rows, labels.map((label) => [label])],
    ['typed rows', rows.map((row) => Float32Array.from(row)), labels],
    ['bytes', tensor(Uint8Array.from(rows.flat()), [4, 3]), Uint8Array.from(labels)],
    ['whole numbers', tensor(Int32Array.from(rows.flat()), [4, 3]), Int32Array.from(labels)],
    ['float64', tensor(Float64Array.from(rows.flat()), [4, -1]), Float64Array.from(labels)],
    ['small whole numbers', tensor(Int16Array.from(rows.flat()), [4, 3]), new Int8Array(labels)],
    [
      'floats in the middle of a larger buffer',
      new Tensor(Float32Array.from([7, ...rows.flat(), 7]).subarray(1, 13), [4, 3]),
      labels,
    ],
    ['bytes in the middle of a larger buffer', new Tensor(Uint8Array.from([7, ...rows.flat()]).subarray(1), [4, 3]), labels],
    ['rows of a slice', tensor([[5, 5, 5], ...rows]).slice(1), tensor([0, ...labels]).slice(1)],
  ];

  test.each(forms)('%s train to the same bits', async (_, x, y) => {
    const train = async (...[inputs, targets]: [TensorLike, TensorLike]): Promise<number[]> => {
      setSeed(1);
      const model = new Sequential([new Dense({ units: 4, activation: 'tanh' }), new Dense({ units: 3, activation: 'softmax' })]);
      model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
      const { history } = await model.fit(inputs, targets, { epochs: 2, batchSize: 3, ...silent });
      const { loss } = await model.evaluate(inputs, targets, silent);
      return [...weightsOf(model), ...Object.values(history).flat(), loss!, ...(await model.predict(inputs)).data];
    };
    expect(await train(x, y)).toEqual(await train(rows, labels));
  });

  test('targets of regression may be a vector or a column', async () => {
    const x = noise([6, 1]);
    const y = noise([6, 1], 2);
    const trained = await Promise.all(
      [y, y.reshape([6])].map(async (targets) => {
        const model = lineModel();
        await model.fit(x, targets, { shuffle: false, batchSize: 4, ...silent });
        return weightsOf(model);
      }),
    );
    expect(trained[0]).toEqual(trained[1]);
  });

  test('are not changed by training', async () => {
    const { x, y } = clusters(9);
    const before = [x.data.slice(), y.data.slice()];
    await classifier().fit(x, y, { batchSize: 2, ...silent });
    expect([x.data, y.data]).toEqual(before);
  });

  test('builds a model whose input shape was not given', async () => {
    const model = new Sequential([new Dense({ units: 2 })]);
    model.compile({ loss: 'mse' });
    expect(model.isBuilt).toBe(false);
    await model.fit(noise([4, 3, 5]), noise([4, 3, 2]), silent);
    expect(model.inputShape).toEqual([null, 3, 5]);
    expect(model.outputShape).toEqual([null, 3, 2]);
  });
});

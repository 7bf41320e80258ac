/** @file Regularizers against golden/regularizers_constraints.json, in the loss of a model, their names and refusals. */

import { describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/base/tensor.ts';
import { valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { abs, mul, sum } from '../../src/graph/ops.ts';
import { BatchNormalization, Dense, type DenseOptions } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { SGD } from '../../src/optimizers/index.ts';
import * as all from '../../src/regularizers/all.ts';
import { l1, l1l2, l2, orthogonal, type RegularizerSpec, resolveRegularizer } from '../../src/regularizers/index.ts';
import { expectClose } from '../support/compare.ts';
import { loadGolden } from '../support/golden.ts';
import { tensorOf } from '../support/golden-layers.ts';

const close = { absolute: 1e-6, relative: 1e-5 };

const penaltyOf = (spec: RegularizerSpec, w: Tensor) => {
  const { value, gradients } = valueAndGrad((x: Node) => resolveRegularizer(spec)!.penalty(x))(w);
  return { value: value.item(), gradient: gradients[0]!.data };
};

describe('golden regularizers', () => {
  const cases = loadGolden('regularizers_constraints').cases.filter(({ config }) => config.regularizer);
  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', (_, { config, inputs, outputs, grads }) => {
    const { regularizer, ...options } = config;
    const { value, gradient } = penaltyOf({ type: String(regularizer), options }, tensorOf(inputs.w!));
    expectClose([value], outputs.penalty!.data, close, 'penalty');
    expectClose(gradient, grads!.w!.data, close, 'gradient');
  });
  expect(cases.length).toBe(5);
});

describe('penalties', () => {
  const w = tensor([
    [1, 0],
    [1, 1],
  ]);

  test('documented value of the orthogonal one', () => {
    expect(penaltyOf('orthogonal', w).value).toBeCloseTo(0.0070710676, 8);
  });

  test('one vector is orthogonal to all there are', () => {
    expect(penaltyOf(orthogonal(), tensor([[3, 4]])).value).toBe(0);
  });

  test('defaults of names', () => {
    expect(penaltyOf('l1', w).value).toBeCloseTo(0.03, 7);
    expect(penaltyOf('l2', w).value).toBeCloseTo(0.03, 7);
    expect(penaltyOf('l1l2', w).value).toBe(0);
  });

  test('a function', () => {
    const { value, gradient } = penaltyOf((x) => mul(sum(abs(x)), 2), tensor([1, -3]));
    expect(value).toBe(8);
    expect([...gradient]).toEqual([2, -2]);
  });
});

describe('in the loss of a model', () => {
  const x = tensor([
    [1, 2],
    [3, -1],
    [0, 4],
  ]);
  const y = tensor([[0], [0], [0]]);

  /** Data loss, and the loss that `fit` and `evaluate` report before anything was learned. */
  async function lossesWith(options: Partial<DenseOptions>): Promise<{ data: number; train: number; test: number }> {
    const lossOf = async (given: Partial<DenseOptions>) => {
      const model = new Sequential([new Dense({ units: 1, ...given })], { inputShape: [2] });
      model.setWeights([[[1], [-2]], [0.5]]);
      model.compile({ optimizer: new SGD({ learningRate: 0.01 }), loss: 'mse' });
      const { loss: test } = await model.evaluate(x, y, { batchSize: 2, verbose: 0 });
      const { loss: train } = await model.trainOnBatch(x, y);
      return { train: train!, test: test! };
    };
    return { data: (await lossOf({})).train, ...(await lossOf(options)) };
  }

  test('kernel and bias, in training and in evaluation', async () => {
    const { data, train, test } = await lossesWith({ kernelRegularizer: l2({ l2: 0.1 }), biasRegularizer: 'l1' });
    expect(train - data).toBeCloseTo(0.1 * 5 + 0.01 * 0.5, 5);
    expect(test - data).toBeCloseTo(0.1 * 5 + 0.01 * 0.5, 5);
  });

  test('activity is divided by the batch', async () => {
    const { data, train } = await lossesWith({ activityRegularizer: l1({ l1: 0.5 }) });
    const outputs = [1 - 4, 3 + 2, -8].map((value) => Math.abs(value + 0.5));
    expect(train - data).toBeCloseTo((0.5 * outputs.reduce((a, b) => a + b)) / 3, 4);
  });

  test('its gradient moves the weights', async () => {
    const model = new Sequential([new Dense({ units: 1, useBias: false, kernelRegularizer: l2({ l2: 0.25 }) })], {
      inputShape: [2],
    });
    model.setWeights([[[1], [-2]]]);
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse' });
    await model.trainOnBatch([[0, 0]], [[0]]);
    expectClose(model.getWeights()[0]!.data, [0.95, -1.9], close);
  });

  test('a frozen layer has no penalty, neither in a step that is compiled anew nor in one from before', async () => {
    const layer = new Dense({ units: 1, kernelRegularizer: 'l2' });
    const model = new Sequential([layer], { inputShape: [2] });
    model.setWeights([[[1], [-2]], [0.5]]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const lossOf = async () => (await model.testOnBatch(x, y)).loss!;
    const before = await lossOf();
    layer.trainable = false;
    expect(before - (await lossOf())).toBeCloseTo(0.05, 5);
  });

  test('a layer that is used twice counts once', async () => {
    const shared = new Dense({ units: 2, kernelRegularizer: l2({ l2: 1 }), kernelInitializer: 'ones' });
    const model = new Sequential([shared, new Sequential([shared])], { inputShape: [2] });
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    expect((await model.testOnBatch([[0, 0]], [[0, 0]])).loss).toBe(4);
  });

  test('BatchNormalization', async () => {
    const layer = new BatchNormalization({
      gammaRegularizer: l2({ l2: 1 }),
      betaRegularizer: l1({ l1: 1 }),
      betaInitializer: 'ones',
    });
    const model = new Sequential([layer], { inputShape: [2] });
    model.compile({ optimizer: 'sgd', loss: (t, p) => mul(sum(mul(t, p)), 0) });
    expect((await model.testOnBatch([[0, 0]], [[0, 0]])).loss).toBe(4);
  });
});

describe('names and refusals', () => {
  test.each([
    ['l1', 'L1'],
    ['L2', 'L2'],
    ['l1_l2', 'L1L2'],
    ['l1l2', 'L1L2'],
    ['orthogonal_regularizer', 'OrthogonalRegularizer'],
    ['orthogonal', 'OrthogonalRegularizer'],
  ])('%s is %s', (name, type) => {
    expect(resolveRegularizer(name)?.type).toBe(type);
  });

  test('none', () => {
    expect([resolveRegularizer(null), resolveRegularizer(undefined)]).toEqual([undefined, undefined]);
  });

  test('every regularizer survives JSON', () => {
    for (const factory of Object.values(all)) {
      const copy = resolveRegularizer(JSON.parse(JSON.stringify(factory({}))))!;
      expect([copy.type, copy.options]).toEqual([factory.type, {}]);
    }
    expect(resolveRegularizer(JSON.parse(JSON.stringify(l1l2({ l1: 1, l2: 2 }))))!.options).toEqual({ l1: 1, l2: 2 });
  });

  test('what is none is refused', () => {
    expect(() => new Dense({ units: 1, kernelRegularizer: 'l3' })).toThrow(
      /Dense "dense.*"\] expected the name of a regularizer, got "l3"\. Hint: did you mean/,
    );
    expect(() => resolveRegularizer(l2 as unknown as RegularizerSpec)).toThrow(/Hint: call it, as in regularizers\.l2/);
    expect(() => resolveRegularizer(5 as unknown as RegularizerSpec)).toThrow(/got 5/);
    expect(() => l1({ l1: -1 })).toThrow(/regularizer L1\] expected `l1` to be a finite number >= 0, got -1/);
    expect(() => l2({ l2: Number.NaN })).toThrow(/got NaN/);
    expect(() => l1l2({ l2: Number.POSITIVE_INFINITY })).toThrow(/got Infinity/);
    expect(() => orthogonal({ mode: 'row' as 'rows' })).toThrow(/Hint: did you mean 'rows'/);
    expect(() => penaltyOf(orthogonal(), tensor([1, 2]))).toThrow(/expected a weight of rank 2, got \[2\]/);
    expect(() => penaltyOf((x) => x, tensor([1, 2]))).toThrow(/expected the regularizer to return a scalar, got shape \[2\]/);
  });
});

/** @file Gradient checking finds wrong gradients and passes right ones. */

import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import { checkGradients, GradientReport } from '../../src/graph/check-gradients.ts';
import type { Node } from '../../src/graph/node.ts';
import * as ops from '../../src/graph/ops.ts';
import { BatchNormalization, Conv2D, Dense, Dropout, Flatten, LSTM } from '../../src/layers/index.ts';
import { lossValue, resolveLoss } from '../../src/losses/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { noise } from '../support/models.ts';

const models: [string, () => Sequential, readonly number[]][] = [
  [
    'dense',
    () => new Sequential([new Dense({ units: 5, activation: 'tanh', inputShape: [4] }), new Dense({ units: 3 })]),
    [6, 4],
  ],
  [
    'convolution, batch statistics and dropout',
    () =>
      new Sequential([
        new Conv2D({ filters: 3, kernelSize: 3, activation: 'elu', inputShape: [6, 6, 2] }),
        new BatchNormalization(),
        new Dropout(0.3),
        new Flatten(),
        new Dense({ units: 3 }),
      ]),
    [2, 6, 6, 2],
  ],
  ['recurrent', () => new Sequential([new LSTM({ units: 4, inputShape: [3, 2] }), new Dense({ units: 3 })]), [2, 3, 2]],
];

describe('checkGradients', () => {
  test.each(models)('finds the gradients of a %s network right, weights and inputs', (_, make, shape) => {
    const model = make();
    const labels = tensor(
      Array.from({ length: shape[0]! }, (_, i) => i % 3),
      [shape[0]!],
      'int32',
    );
    const loss = resolveLoss('sparseCategoricalCrossentropy');
    const report = checkGradients((x, y) => lossValue(loss, y, ops.softmax(model.apply(x))), [noise(shape), labels], {
      weights: model.trainableWeights,
      elements: 12,
    });
    expect(String(report)).toMatch(/^Gradients are right/);
    expect(report).toBeInstanceOf(GradientReport);
    expect(report.isOk).toBe(true);
    expect(report.error).toBeLessThan(1e-3);
    expect(report.valueError).toBeLessThan(1e-5);
    // Labels are no numbers to differentiate by.
    expect(report.tensors.map(({ name }) => name)).toEqual([
      'argument 0',
      ...model.trainableWeights.map(({ name }) => `weight "${name}"`),
    ]);
    expect(report.tensors.every(({ checked, kinks }) => checked + kinks > 0)).toBe(true);
  });

  test('finds a wrong gradient, and says where', () => {
    const wrong = ops.customGradient((x) => ({
      value: ops.square(x),
      // The last element is wrong by a tenth.
      gradient: (dy) => [ops.mul(dy, ops.mul(x, tensor([2, 2, 2.2])))],
    }));
    const report = checkGradients((x) => ops.sum(wrong(x)), [[1, -2, 3]]);
    expect(report.isOk).toBe(false);
    expect(report.tensors[0]!.worst).toMatchObject({ index: [2] });
    expect(report.tensors[0]!.worst!.computed).toBeCloseTo(6.6, 4);
    expect(report.tensors[0]!.worst!.expected).toBeCloseTo(6, 6);
    expect(String(report)).toMatch(
      /Gradients are WRONG: .*\n {2}WRONG {2}argument 0 \[3\] {2}error 9\.\de-2 at \[2\]: computed 6\.60000, expected 6\.00000 \(3 of 3 elements\)/,
    );
  });

  test('takes NaN for wrong, a missing gradient too, and leaves kinks out', () => {
    const nothing = ops.customGradient((x) => ({ value: ops.square(x), gradient: () => [null] }));
    expect(checkGradients((x) => ops.sum(nothing(x)), [[1, 2]]).error).toBeCloseTo(1, 6);
    const broken = ops.customGradient((x) => ({ value: ops.square(x), gradient: (dy) => [ops.mul(dy, Number.NaN)] }));
    expect(checkGradients((x) => ops.sum(broken(x)), [[1, 2]]).isOk).toBe(false);
    const report = checkGradients((x) => ops.sum(ops.relu(x)), [[-1, 0, 1]]);
    expect(report.tensors[0]).toMatchObject({ checked: 2, kinks: 1, isOk: true });
    expect(checkGradients((x) => ops.sum(ops.square(x)), [[0, 1]]).tensors[0]).toMatchObject({
      checked: 2,
      kinks: 0,
      isOk: true,
    });
  });

  test('takes what rounding leaves of zero for zero, beside the gradients there are', () => {
    // Statistics of the batch take a constant out again; 2.4e-7 is nothing next to gradients of 1, and a thousandth of them is not.
    const x = noise([3, 4]);
    const off = (by: number) =>
      ops.customGradient((a, b) => ({ value: ops.add(a, ops.mul(b, 0)), gradient: (dy) => [dy, ops.mul(dy, by)] }));
    const check = (by: number) => checkGradients((a, b) => ops.sum(off(by)(a, b)), [x, x]);
    expect(check(5e-8)).toMatchObject({ isOk: true });
    expect(check(1e-6)).toMatchObject({ isOk: false });
    const layer = new BatchNormalization({ inputShape: [4] });
    layer.ensureBuilt([null, 4]);
    const report = checkGradients((a) => ops.sum(ops.square(layer.apply(a))), [x], { weights: layer.trainableWeights });
    expect(String(report)).toMatch(/^Gradients are right/);
  });

  test('does not call right what it could not compare', () => {
    const report = checkGradients((x) => ops.sum(ops.relu(x)), [[0, 0]]);
    expect(report.tensors[0]).toMatchObject({ checked: 0, kinks: 2, isOk: false });
    expect(String(report)).toMatch(/^Gradients are not all seen.*\n {2}unseen argument 0/);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['no scalar', () => checkGradients((x) => x, [[1, 2]]), /a scalar, got \[2\]/],
    ['no node', () => checkGradients(() => 3 as unknown as Node, [[1]]), /a function that returns a node, got 3/],
    ['an unknown option', () => checkGradients((x) => ops.sum(x), [[1]], { eps: 1 } as object), /did you mean `epsilon`/],
    ['no step', () => checkGradients((x) => ops.sum(x), [[1]], { epsilon: 0 }), /`epsilon` to be a number > 0, got 0/],
    [
      'an argument there is none of',
      () => checkGradients((x) => ops.sum(x), [[1]], { wrt: [2] }),
      /positions of arguments, got 2/,
    ],
    [
      'nothing to check',
      () => checkGradients((x) => ops.sum(ops.cast(x, 'float32')), [tensor([1], [1], 'int32')]),
      /something to differentiate by/,
    ],
  ])('refuses %s', (_, run, text) => {
    expect(run).toThrow(text);
  });
});

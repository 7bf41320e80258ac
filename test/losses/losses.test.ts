/** @file Reductions, weights, masks, names and refusals of losses. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Tensor, type TensorLike, tensor } from '../../src/base/tensor.ts';
import { gradients } from '../../src/graph/gradient.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { mean, reshape, sigmoid, softmax, square, sub } from '../../src/graph/ops.ts';
import * as all from '../../src/losses/all.ts';
import {
  BinaryCrossentropy,
  binaryCrossentropy,
  CategoricalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  cosineSimilarity,
  dice,
  Huber,
  hinge,
  huber,
  KLDivergence,
  type Loss,
  type LossOptions,
  lossValue,
  MeanSquaredError,
  MulticlassSVM,
  meanAbsoluteError,
  meanSquaredError,
  resolveLoss,
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
  tversky,
} from '../../src/losses/index.ts';
import { lossClasses } from '../../src/losses/resolve.ts';
import { expectClose } from '../support/compare.ts';

const close = { absolute: 1e-6, relative: 1e-5 };

function valueOfLoss(loss: Loss, yTrue: TensorLike, yPred: TensorLike, weight?: TensorLike, mask?: TensorLike): Tensor {
  const given = [weight, mask].flatMap((value) => (value === undefined ? [] : [value]));
  return jit((t: Node, p: Node, ...rest: Node[]) =>
    lossValue(loss, t, p, weight === undefined ? undefined : rest[0], mask === undefined ? undefined : rest.at(-1)),
  )(yTrue, yPred, ...given);
}

describe('reductions', () => {
  const [t, p] = [
    [[1], [2], [3]],
    [[0], [0], [0]],
  ];

  test.each([
    [{}, 14 / 3],
    [{ reduction: 'mean' }, 14 / 3],
    [{ reduction: 'sum_over_batch_size' }, 14 / 3],
    [{ reduction: 'sum' }, 14],
    [{ reduction: 'meanWithSampleWeight' }, 14 / 3],
  ] as const)('%j without weights', (options, expected) => {
    expectClose(valueOfLoss(new MeanSquaredError(options), t, p).data, [expected], close);
  });

  test.each([
    [{}, 19 / 3],
    [{ reduction: 'sum' }, 19],
    [{ reduction: 'mean_with_sample_weight' }, 19 / 3],
  ] as const)('%j with weights [1, 0, 2]', (options, expected) => {
    expectClose(valueOfLoss(new MeanSquaredError(options), t, p, [1, 0, 2]).data, [expected], close);
    expectClose(valueOfLoss(new MeanSquaredError(options), t, p, [[1], [0], [2]]).data, [expected], close);
  });

  test.each([
    [{}, 2.5],
    [{ reduction: 'sum' }, 5],
    [{ reduction: 'meanWithSampleWeight' }, 2.5],
  ] as const)('%j with the last sample masked', (options, expected) => {
    expectClose(valueOfLoss(new MeanSquaredError(options), t, p, undefined, [1, 1, 0]).data, [expected], close);
  });

  test('weights and mask multiply', () => {
    expectClose(valueOfLoss(new MeanSquaredError(), t, p, [2, 1, 7], [1, 1, 0]).data, [(2 + 4) / 2], close);
    expectClose(
      valueOfLoss(new MeanSquaredError({ reduction: 'meanWithSampleWeight' }), t, p, [2, 1, 7], [1, 1, 0]).data,
      [6 / 3],
      close,
    );
  });

  test('none leaves weighted values', () => {
    expectClose(valueOfLoss(new MeanSquaredError({ reduction: 'none' }), t, p, [1, 0, 2]).data, [1, 0, 18], close);
    expectClose(valueOfLoss(new MeanSquaredError({ reduction: null }), t, p).data, [1, 4, 9], close);
  });

  test('nothing that counts gives 0, not NaN', () => {
    expect(valueOfLoss(new MeanSquaredError(), t, p, undefined, [0, 0, 0]).item()).toBe(0);
    expect(valueOfLoss(new MeanSquaredError({ reduction: 'meanWithSampleWeight' }), t, p, [0, 0, 0]).item()).toBe(0);
  });

  test('a weight per sample weights every position of it', () => {
    const [yTrue, yPred] = [tensor([1, 2, 3, 4, 5, 6], [2, 3, 1]), tensor(new Float32Array(6), [2, 3, 1])];
    expectClose(valueOfLoss(new MeanSquaredError({ reduction: 'sum' }), yTrue, yPred, [1, 10]).data, [14 + 770], close);
    expectClose(
      valueOfLoss(new MeanSquaredError({ reduction: 'meanWithSampleWeight' }), yTrue, yPred, [1, 10]).data,
      [784 / 33],
      close,
    );
  });

  test('weights of another length are refused', () => {
    expect(() => valueOfLoss(new MeanSquaredError(), t, p, [1, 2])).toThrow(
      /loss "meanSquaredError"\] expected sample weights of shape \[3\].*got \[2\]/,
    );
  });

  test('an unknown reduction is refused', () => {
    expect(() => new MeanSquaredError({ reduction: 'summ' as 'sum' })).toThrow(
      /expected the name of a reduction, got "summ"\. Hint: did you mean 'sum'/,
    );
  });
});

describe('values', () => {
  test('documented values of the cross-entropies', () => {
    const [t, p] = [
      [
        [0, 1],
        [1, 0],
      ],
      [
        [0.6, 0.4],
        [0.3, 0.7],
      ],
    ];
    expectClose(valueOfLoss(new BinaryCrossentropy(), t, p).data, [1.0601318], close);
    expectClose(valueOfLoss(new BinaryCrossentropy({ labelSmoothing: 0.1 }), t, p).data, [1.0288126], close);
    expectClose(valueOfLoss(new BinaryCrossentropy({ fromLogits: true }), t, p).data, [0.8020111], close);
    expectClose(valueOfLoss(new CategoricalCrossentropy(), t, p).data, [1.0601318], close);
    expectClose(valueOfLoss(new CategoricalCrossentropy({ labelSmoothing: 0.1 }), t, p).data, [1.0288126], close);
  });

  test('an ignored class has no part in value, mean and gradient', () => {
    const loss = new SparseCategoricalCrossentropy({ ignoreClass: -1 });
    const labels = tensor(Int32Array.of(0, -1, 1));
    const probabilities = [
      [0.5, 0.5],
      [0.5, 0.5],
      [0.25, 0.75],
    ];
    expectClose(valueOfLoss(loss, labels, probabilities).data, [0.4904146], close);
    const gradient = jit((t: Node, p: Node) => gradients(lossValue(loss, t, p), [p])[0]!)(labels, probabilities);
    expect([...gradient.data.subarray(2, 4)]).toEqual([0, 0]);
  });

  test('probabilities of exactly 0 and 1 give a finite loss and no gradient', () => {
    const loss = new BinaryCrossentropy();
    const { value, slope } = jit((t: Node, p: Node) => {
      const result = lossValue(loss, t, p);
      return { value: result, slope: gradients(result, [p])[0]! };
    })([[1, 0]], [[0, 1]]);
    expectClose(value.data, [-Math.log(1e-7) / 2 - Math.log(1 - Math.fround(1 - 1e-7)) / 2], { absolute: 0, relative: 1e-5 });
    expect([...slope.data]).toEqual([0, 0]);
  });

  test('a saturated sigmoid or softmax still learns, because its logits are used', () => {
    const binary = jit((t: Node, x: Node) => gradients(lossValue(new BinaryCrossentropy(), t, sigmoid(x)), [x])[0]!);
    expectClose(binary([[0]], [[200]]).data, [1], close);
    const categorical = jit(
      (t: Node, x: Node) => gradients(lossValue(new SparseCategoricalCrossentropy(), t, softmax(x)), [x])[0]!,
    );
    expectClose(categorical([1], [[200, 0]]).data, [1, -1], close);
  });

  test('a softmax along other rows than the last axis is not taken for logits', () => {
    const loss = new CategoricalCrossentropy();
    const t = [
      [0, 1],
      [1, 0],
    ];
    const x = [
      [3, 1],
      [2, -1],
    ];
    const along0 = jit((yTrue: Node, z: Node) => lossValue(loss, yTrue, softmax(z, 0)))(t, x).item();
    const p = [1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(-2))];
    const rows = [-Math.log(p[1]! / (p[0]! + p[1]!)), -Math.log((1 - p[0]!) / (2 - p[0]! - p[1]!))];
    expectClose([along0], [(rows[0]! + rows[1]!) / 2], close);
  });

  test('neither is one along rows of another length', () => {
    const x = [
      [3, 1, 0],
      [2, -1, 1],
    ];
    const flat = jit((t: Node, z: Node) => lossValue(new CategoricalCrossentropy(), t, reshape(softmax(z), [1, 6])))(
      [[0, 1, 0, 0, 0, 0]],
      x,
    );
    // Two distributions of sum 1 each make one of sum 2.
    const p = Math.exp(1) / (Math.exp(3) + Math.exp(1) + 1) / 2;
    expectClose(flat.data, [-Math.log(p)], close);
  });

  test('labels may be int32, uint8 or float32, with or without a trailing axis', () => {
    const p = [
      [0.5, 0.5],
      [0.25, 0.75],
    ];
    const expected = (Math.log(2) - Math.log(0.75)) / 2;
    const labels: TensorLike[] = [tensor(Int32Array.of(0, 1)), tensor(Uint8Array.of(0, 1)), [0, 1], [[0], [1]]];
    for (const t of labels) expectClose(valueOfLoss(new SparseCategoricalCrossentropy(), t, p).data, [expected], close);
  });

  test('a vector of targets meets a column of predictions', () => {
    expectClose(valueOfLoss(new MeanSquaredError(), [1, 2, 3], [[0], [0], [1]]).data, [3], close);
    expectClose(
      valueOfLoss(new BinaryCrossentropy({ fromLogits: true }), tensor(Uint8Array.of(1, 0)), [[0], [0]]).data,
      [Math.LN2],
      close,
    );
  });
});

describe('documented values', () => {
  const t = [
    [0, 1],
    [1, 0],
  ];
  const p = [
    [0.6, 0.4],
    [0.3, 0.7],
  ];
  test.each([
    ['mape', {}, 3.25e8],
    ['msle', {}, 0.2038151],
    ['huber', {}, 0.2125],
    ['logCosh', {}, 0.1987028],
    ['binaryFocalCrossentropy', {}, 0.4599057],
    ['binaryFocalCrossentropy', { applyClassBalancing: true }, 0.2299528],
    ['categoricalFocalCrossentropy', {}, 0.1149764],
    ['categoricalFocalCrossentropy', { alpha: [0.25, 0.25] }, 0.1149764],
    ['kld', {}, 1.0601302],
    ['poisson', {}, 1.0300658],
    ['hinge', {}, 1.15],
    ['squaredHinge', {}, 1.575],
    ['categoricalHinge', {}, 1.3],
    ['cosineSimilarity', {}, -0.4743097],
    ['dice', {}, 0.65],
    ['tversky', {}, 0.65],
  ])('%s %j', (name, options, expected) => {
    const Type = lossClasses[resolveLoss(name).type]!;
    expectClose(valueOfLoss(new Type(options as LossOptions), t, p).data, [expected], close);
  });

  test('huber is straight beyond delta', () => {
    expectClose(huber([[0, 0]], [[0.5, 10]], { delta: 2 }).data, [(0.125 + 2 * 10 - 2) / 2], close);
  });

  test('labels of −1 and 1 stay, and so do all labels when one is neither 0 nor 1', () => {
    expectClose(hinge([[-1, 1]], [[0.5, 0.5]]).data, [(1.5 + 0.5) / 2], close);
    expectClose(
      hinge(
        [
          [0, 1],
          [1, -1],
        ],
        [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
      ).data,
      [(1 + 0.5) / 2, (0.5 + 1.5) / 2],
      close,
    );
  });

  test('a cosine with a vector of zeros is 0, and has no gradient there', () => {
    const { value, slope } = jit((yTrue: Node, yPred: Node) => {
      const result = lossValue(resolveLoss('cosineSimilarity'), yTrue, yPred);
      return { value: result, slope: gradients(result, [yTrue])[0]! };
    })([[0, 0]], [[1, 2]]);
    expect(value.item()).toBeCloseTo(0, 6);
    expect([...slope.data].every(Number.isFinite)).toBe(true);
    expectClose(
      cosineSimilarity(
        [
          [1, 0],
          [1, 1],
        ],
        [
          [1, 1],
          [0, 1],
        ],
        { axis: 0 },
      ).data,
      [-Math.SQRT1_2, -Math.SQRT1_2],
      close,
    );
  });

  test('dice and tversky over named axes give a value for each sample', () => {
    expectClose(dice(t, p, { axis: 1 }).data, [1 - 0.8 / 2, 1 - 0.6 / 2], close);
    expectClose(tversky(t, p, { axis: 1, alpha: 1, beta: 0 }).data, [1 - 0.4, 1 - 0.3], close);
  });

  test('a weight for each class, as many as there are', () => {
    const loss = (alpha: number[]) => categoricalFocalCrossentropy([[0, 1]], [[0.5, 0.5]], { alpha, gamma: 0 });
    expectClose(loss([1, 3]).data, [3 * Math.LN2], close);
    expect(() => loss([1, 2, 3])).toThrow(/`alpha` to be 2 numbers, one for each class/);
  });
});

describe('function forms', () => {
  test('compute at once from tensors', () => {
    expect([...meanSquaredError([[1, 2]], [[1, 4]]).data]).toEqual([2]);
    expect([...meanAbsoluteError([[1, 2]], [[1, 4]]).data]).toEqual([1]);
    expectClose(binaryCrossentropy([[1]], [[0]], { fromLogits: true }).data, [Math.LN2], close);
    expectClose(categoricalCrossentropy([[0, 1]], [[1, 3]]).data, [-Math.log(0.75)], close);
    expectClose(sparseCategoricalCrossentropy([1], [[1, 3]]).data, [-Math.log(0.75)], close);
  });

  test('extend the graph while tracing', () => {
    expectClose(jit((t: Node, p: Node) => mean(meanSquaredError(t, p)))([[1, 2]], [[1, 4]]).data, [2], close);
  });

  test('refuse labels out of range', () => {
    expect(() => sparseCategoricalCrossentropy([2], [[1, 3]])).toThrow(/integers in \[0, 1\] for 2 outputs, got 2 at index 0/);
  });
});

describe('custom losses', () => {
  const quartic = (t: Node, p: Node): Node => mean(square(square(sub(p, t))), -1);

  test('a function gives values per sample', () => {
    const loss = resolveLoss(quartic);
    expect(loss.name).toBe('quartic');
    expectClose(valueOfLoss(loss, [[0], [0]], [[1], [2]], [1, 3]).data, [(1 + 48) / 2], close);
  });

  test('a scalar is minimized as it is', () => {
    expectClose(
      valueOfLoss(
        resolveLoss((t, p) => mean(sub(p, t))),
        [[1, 3]],
        [[2, 6]],
      ).data,
      [2],
      close,
    );
  });

  test('a function that returns no node is refused', () => {
    const broken = resolveLoss((() => undefined) as unknown as (t: Node, p: Node) => Node);
    expect(() => valueOfLoss(broken, [[1]], [[2]])).toThrow(/loss "loss"\] expected a Node, a Tensor or a number, got undefined/);
  });
});

describe('names', () => {
  test.each([
    ['meanSquaredError', 'MeanSquaredError'],
    ['mean_squared_error', 'MeanSquaredError'],
    ['MeanSquaredError', 'MeanSquaredError'],
    ['mse', 'MeanSquaredError'],
    ['MSE', 'MeanSquaredError'],
    ['mae', 'MeanAbsoluteError'],
    ['bce', 'BinaryCrossentropy'],
    ['MAPE', 'MeanAbsolutePercentageError'],
    ['msle', 'MeanSquaredLogarithmicError'],
    ['KLD', 'KLDivergence'],
    ['kl_divergence', 'KLDivergence'],
    ['kullback_leibler_divergence', 'KLDivergence'],
    ['cosine_proximity', 'CosineSimilarity'],
    ['huber_loss', 'Huber'],
    ['logcosh', 'LogCosh'],
    ['multiclassSVM', 'MulticlassSVM'],
    ['binary_crossentropy', 'BinaryCrossentropy'],
    ['categoricalCrossentropy', 'CategoricalCrossentropy'],
    ['sparse_categorical_crossentropy', 'SparseCategoricalCrossentropy'],
  ])('%s is a %s', (name, type) => {
    const loss = resolveLoss(name);
    expect([loss.type, loss.name]).toEqual([type, name]);
  });

  test('crossentropy is chosen by the shapes', () => {
    const spec = (...shape: (number | null)[]) => ({ shape, dtype: 'float32' as const });
    expect(resolveLoss('crossentropy', spec(null, 1), spec(null, 1)).type).toBe('BinaryCrossentropy');
    expect(resolveLoss('ce', spec(null), spec(null, 5)).type).toBe('SparseCategoricalCrossentropy');
    expect(resolveLoss('ce', spec(null, 1), spec(null, 5)).type).toBe('SparseCategoricalCrossentropy');
    expect(resolveLoss('ce', spec(null, 5), spec(null, 5)).type).toBe('CategoricalCrossentropy');
    expect(() => resolveLoss('ce')).toThrow(/a loss that is known before shapes are/);
  });

  test('names of types that begin with several capitals', () => {
    expect([new KLDivergence().name, new MulticlassSVM().name, new Huber().name]).toEqual([
      'klDivergence',
      'multiclassSVM',
      'huber',
    ]);
  });

  test('a misspelt name is refused with the nearest one', () => {
    expect(() => resolveLoss('meanSquareError')).toThrow(
      /expected the name of a loss, got "meanSquareError"\. Hint: did you mean 'MeanSquaredError'/,
    );
    expect(() => resolveLoss(3 as unknown as string)).toThrow(/`loss` to be a name, a Loss or a function/);
  });

  test('every loss file is in the list', () => {
    const folder = new URL('../../src/losses/', import.meta.url);
    const types = Object.values(all).flatMap((entry) => ('type' in entry ? [entry.type] : []));
    for (const file of readdirSync(folder)) {
      const [, type] =
        /^ {2}static override readonly type: string = '(\w+)'/m.exec(readFileSync(new URL(file, folder), 'utf8')) ?? [];
      if (type && type !== 'FunctionLoss') expect(types, file).toContain(type);
    }
    expect(types).toContain('MeanSquaredError');
  });
});

describe('refusals', () => {
  const spec = (...shape: (number | null)[]) => ({ shape, dtype: 'float32' as const });
  const sparse = new SparseCategoricalCrossentropy();

  test('class numbers for a loss of one-hot rows', () => {
    expect(() => new CategoricalCrossentropy().checkTargets(spec(null), spec(null, 10))).toThrow(
      /expected targets of shape \[\?, 10\] like the predictions, got \[\?\]\. Hint: for class numbers use sparseCategoricalCrossentropy/,
    );
  });

  test('one-hot rows for a loss of class numbers', () => {
    expect(() => sparse.checkTargets(spec(32, 10), spec(null, 10))).toThrow(
      /expected labels of shape \[\?\] for predictions \[\?, 10\], got \[32, 10\]\. Hint: for one-hot rows use categoricalCrossentropy/,
    );
  });

  test('targets of another width', () => {
    expect(() => new MeanSquaredError().checkTargets(spec(8, 2), spec(8, 3))).toThrow(
      /targets of shape \[8, 3\] like the predictions, got \[8, 2\]/,
    );
    expect(() => valueOfLoss(new MeanSquaredError(), [[1, 2]], [[1, 2, 3]])).toThrow(/got \[1, 2\]/);
  });

  test('targets that fit are let through', () => {
    sparse.checkTargets(spec(null), spec(null, 10));
    sparse.checkTargets(spec(null, 1), spec(null, 10));
    sparse.checkTargets(spec(5, 7), spec(null, 7, 10));
    new MeanSquaredError().checkTargets(spec(5), spec(null, 1));
    new MeanSquaredError().checkTargets(spec(5, null), spec(null, 4));
  });

  test.each([
    [
      [0, 1, 10],
      /integers in \[0, 9\] for 10 outputs, got 10 at index 2\. Hint: labels count from 0, and the last layer needs as many units/,
    ],
    [[0, -1], /got -1 at index 1\. Hint: labels count from 0; `ignoreClass`/],
    [[0.5], /got 0\.5 at index 0\. Hint: class numbers are whole/],
    [[Number.NaN], /got NaN at index 0/],
  ] as const)('labels %j of 10 classes', (labels, message) => {
    expect(() => sparse.validateTargets(tensor([...labels]), [labels.length, 10])).toThrow(message);
  });

  test('a bad label of a sequence is named by its place, and by the caller', () => {
    const labels = tensor(Int32Array.of(0, 1, 2, 0, 3, 1), [2, 3]);
    expect(() => sparse.validateTargets(labels, [2, 3, 3], 'model.fit')).toThrow(/^\[model\.fit\] .* got 3 at index \[1, 1\]/);
  });

  test('one output for several classes', () => {
    expect(() => sparse.validateTargets(tensor([0, 1]), [2, 1])).toThrow(
      /integers in \[0, 0\] for 1 output, got 1 at index 1\. Hint: a single output goes with binaryCrossentropy/,
    );
  });

  test('an ignored label and good labels are let through', () => {
    new SparseCategoricalCrossentropy({ ignoreClass: 255 }).validateTargets(tensor(Uint8Array.of(0, 255, 2)), [3, 3]);
  });

  test('bad options', () => {
    expect(() => new BinaryCrossentropy({ labelSmoothing: 1.5 })).toThrow(
      /loss "binaryCrossentropy"\] expected `labelSmoothing` to be a number in \[0, 1\], got 1\.5/,
    );
    expect(() => new CategoricalCrossentropy({ labelSmoothing: Number.NaN })).toThrow(/`labelSmoothing`/);
    expect(() => new SparseCategoricalCrossentropy({ ignoreClass: 0.5 })).toThrow(/`ignoreClass` to be an integer, got 0\.5/);
    expect(() => new Huber({ delta: -1 })).toThrow(/`delta` to be a finite number >= 0, got -1/);
    expect(() => new MeanSquaredError({ name: '' })).toThrow(/`name` to be a non-empty string/);
  });
});

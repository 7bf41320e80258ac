/** @file Refusals of data and of options of fit: where, what was expected, what came and what to do. */

import { describe } from 'vitest';
import { ShapeError } from '../../src/base/fail.ts';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import type { Sequential } from '../../src/models/index.ts';
import { clusters, noise, silent } from '../support/models.ts';
import { type Refusal, refuses, untyped } from '../support/refusals.ts';

const { x, y } = clusters(12);

describe('data', () => {
  const fitting =
    (inputs: unknown, targets: unknown = y, options: object = {}) =>
    (model: Sequential) =>
      model.fit(untyped(inputs), untyped(targets), { ...silent, ...options });
  const withNaN = (at: number): Tensor => {
    const data = Float32Array.from(x.data);
    data[at] = Number.NaN;
    return new Tensor(data, x.shape);
  };
  refuses([
    [
      'x of another length',
      fitting(noise([12, 3])),
      /^\[Sequential "sequential.*"\.fit\] expected inputs of shape \[\?, 2\], got \[12, 3\]\.$/,
      ShapeError,
    ],
    ['x of a higher rank', fitting(noise([12, 2, 1])), /fit\] expected inputs of shape \[\?, 2\], got \[12, 2, 1\]/, ShapeError],
    [
      'a single sample',
      fitting([1, 2], [0, 1]),
      /expected inputs of shape \[\?, 2\], got \[2\]\. Hint: the first axis is the batch: wrap a single sample/,
    ],
    ['a number for x', fitting(3), /expected `x` with a batch axis, got a single number\. Hint: wrap it in an array/],
    [
      'x of another count than y',
      fitting(x.slice(0, 9)),
      /fit\] expected as many targets as inputs, got 9 inputs and 12 targets\. Hint: x and y must have the same first axis/,
    ],
    ['no targets', (model) => untyped<{ fit(x: Tensor): Promise<unknown> }>(model).fit(x), /fit\] expected `y`, got nothing/],
    ['null for x', fitting(null), /fit\] expected `x`, got nothing/],
    [
      'text for x',
      fitting('data.csv'),
      /fit\] `x`: \[tensor\] expected nested arrays of numbers, a typed array or a Tensor, got "data\.csv"/,
    ],
    ['an object for x', fitting({ a: [1, 2] }), /expected `x` for input, got "a"/],
    ['a date for x', fitting(new Date()), /`x`: \[tensor\] expected nested arrays .*, got Date/],
    ['no samples', fitting([], []), /expected `x` with at least one sample, got shape \[0\]/],
    [
      'samples without features',
      fitting(new Tensor(new Float32Array(0), [12, 0])),
      /expected `x` without empty axes, got shape \[12, 0\]/,
    ],
    [
      'rows of different length',
      fitting([[1, 2], [3]], [0, 1]),
      /fit\] `x`: \[tensor\] expected 2 elements at \[1\], got 1\. Hint: all rows must have the same length/,
    ],
    ['rows of different depth', fitting([[1, 2], 3], [0, 1]), /`x`: \[tensor\] expected an array at \[1\], got 3/],
    [
      'a row where a number should be',
      fitting(
        [
          [1, 2],
          [3, [4]],
        ],
        [0, 1],
      ),
      /`x`: \[tensor\] expected a number at \[1\]\[1\], got an array\. Hint: rows must have equal length and depth/,
    ],
    [
      'a missing value',
      fitting(
        [
          [1, null],
          [3, 4],
        ],
        [0, 1],
      ),
      /`x`: \[tensor\] expected a number at \[0\]\[1\], got null\. Hint: remove or fill missing values/,
    ],
    [
      'a missing row',
      fitting([null, [3, 4]], [0, 1]),
      /`x`: \[tensor\] expected a number at \[0\], got null\. Hint: remove or fill/,
    ],
    [
      'text among numbers',
      fitting(
        [
          [1, 2],
          [3, 'four'],
        ],
        [0, 1],
      ),
      /`x`: \[tensor\] expected a number at \[1\]\[1\], got "four"/,
    ],
    ['records', fitting([{ a: 1 }, { a: 2 }], [0, 1]), /`x`: \[tensor\] expected a number at \[0\], got Object/],
    [
      'a list of tensors',
      fitting([tensor([1, 2]), tensor([3, 4])], [0, 1]),
      /expected a number at \[0\], got Tensor\. Hint: ops\.stack makes one/,
    ],
    ['BigInts', fitting(BigInt64Array.of(1n, 2n)), /expected numbers, got BigInts\. Hint: convert them with Number/],
    [
      'a label that is too large',
      fitting(x, [0, 1, 2, 0, 1, 3, 0, 0, 0, 0, 0, 0]),
      /fit\] expected labels that are integers in \[0, 2\] for 3 outputs, got 3 at index 5\. Hint: labels count from 0/,
    ],
    ['a negative label', fitting(x, [0, 1, 2, 0, 1, 0, 0, -1, 0, 0, 0, 0]), /got -1 at index 7\. Hint: labels count from 0/],
    [
      'a label that is not whole',
      fitting(x, [0, 1, 2, 0, 0.5, 0, 0, 0, 0, 0, 0, 0]),
      /got 0\.5 at index 4\. Hint: class numbers are whole/,
    ],
    ['a label that is NaN', fitting(x, [0, 1, 2, 0, Number.NaN, 0, 0, 0, 0, 0, 0, 0]), /got NaN at index 4/],
    [
      'one-hot rows for class numbers',
      fitting(x, noise([12, 3])),
      /fit\] expected labels of shape \[12\] for predictions \[12, 3\], got \[12, 3\]\. Hint: for one-hot rows use categoricalCrossentropy/,
    ],
    [
      'labels of another shape',
      fitting(x, noise([12, 2])),
      /expected labels of shape \[12\] for predictions \[12, 3\], got \[12, 2\]/,
    ],
    [
      'NaN in x, when asked to look',
      fitting(withNaN(7), y, { checkFinite: true }),
      /fit\] expected finite numbers in `x`, got NaN at \[3, 1\]\. Hint: remove or fill missing values first/,
    ],
    [
      'Infinity in validation data, when asked to look',
      fitting(x, y, { checkFinite: true, validationData: [[[1, 1 / 0]], [0]] }),
      /expected finite numbers in `validation x`, got Infinity at \[0, 1\]/,
    ],
    [
      'validation data that are no pair',
      fitting(x, y, { validationData: [x] }),
      /expected `validationData` to be \[x, y\], \[x, y, sampleWeight\] or a stream of batches, got \[Tensor\]/,
    ],
    [
      'validation data of another shape',
      fitting(x, y, { validationData: [noise([4, 3]), [0, 0, 0, 0]] }),
      /fit\] expected inputs of shape \[\?, 2\], got \[4, 3\]/,
    ],
    ['validation labels out of range', fitting(x, y, { validationData: [noise([1, 2]), [5]] }), /got 5 at index 0/],
    [
      'bad labels in evaluate',
      (model) =>
        model.evaluate(
          x,
          y.data.map(() => 7),
          silent,
        ),
      /evaluate\] expected labels .* got 7 at index 0/,
    ],
    [
      'NaN in evaluate, when asked to look',
      (model) => model.evaluate(withNaN(0), y, { checkFinite: true, ...silent }),
      /evaluate\] expected finite numbers in `x`, got NaN at \[0, 0\]/,
    ],
    [
      'NaN in predict, when asked to look',
      (model) => model.predict(withNaN(0), { checkFinite: true }),
      /predict\] expected finite numbers in `x`, got NaN at \[0, 0\]/,
    ],
    [
      'x of another shape in predict',
      (model) => model.predict(noise([4, 5])),
      /predict\] expected inputs of shape \[\?, 2\], got \[4, 5\]/,
    ],
    ['nothing to predict', (model) => model.predict(untyped([])), /predict\] expected `x` with at least one sample/],
    [
      'x of another shape in trainOnBatch',
      (model) => model.trainOnBatch(noise([4, 5]), [0, 1, 2, 0]),
      /trainOnBatch\] expected inputs of shape/,
    ],
    ['nothing in testOnBatch', (model) => model.testOnBatch([], []), /testOnBatch\] expected `x` with at least one sample/],
    [
      'x of another shape in predictOnBatch',
      (model) => model.predictOnBatch(3),
      /predictOnBatch\] expected `x` with a batch axis/,
    ],
  ]);
});

describe('options', () => {
  const fitting = (options: object) => (model: Sequential) => model.fit(x, y, { ...silent, ...options });
  refuses([
    ...[0, -1, 1.5, Number.NaN, '3'].map(
      (epochs): Refusal => [
        `epochs ${epochs}`,
        fitting({ epochs }),
        new RegExp(
          `fit\\] expected \`epochs\` to be an integer >= 1, got ${JSON.stringify(epochs) === 'null' ? 'NaN' : JSON.stringify(epochs)}\\.`,
        ),
      ],
    ),
    ...[0, -32, 2.5, Number.POSITIVE_INFINITY].map(
      (batchSize): Refusal => [
        `batchSize ${batchSize}`,
        fitting({ batchSize }),
        new RegExp(`fit\\] expected \`batchSize\` to be an integer >= 1, got ${batchSize}\\.`),
      ],
    ),
    [
      'batchSize 0 in evaluate',
      (model) => model.evaluate(x, y, { batchSize: 0 }),
      /evaluate\] expected `batchSize` to be an integer >= 1, got 0/,
    ],
    [
      'batchSize 0 in predict',
      (model) => model.predict(x, { batchSize: 0 }),
      /predict\] expected `batchSize` to be an integer >= 1, got 0/,
    ],
    ...[1, -0.1, 20, Number.NaN, '0.2'].map(
      (validationSplit): Refusal => [
        `validationSplit ${validationSplit}`,
        fitting({ validationSplit }),
        /fit\] expected `validationSplit` to be a number in \[0, 1\), got/,
      ],
    ),
    [
      'a validationSplit that leaves nothing to train on',
      fitting({ validationSplit: 0.95 }),
      /expected `validationSplit` that leaves samples on both sides, got 0\.95 of 12 samples/,
    ],
    ['an unknown verbosity', fitting({ verbose: 3 }), /\[verbose\] expected 0, 1, 2 or 'auto', got 3/],
    [
      'an unknown verbosity in evaluate',
      (model) => model.evaluate(x, y, { verbose: untyped('yes') }),
      /\[verbose\] expected 0, 1, 2 or 'auto', got "yes"/,
    ],
    [
      'an unknown verbosity in predict',
      (model) => model.predict(x, { verbose: untyped(true) }),
      /\[verbose\] expected 0, 1, 2 or 'auto', got true/,
    ],
    [
      'callbacks that are no list',
      fitting({ callbacks: { onEpochEnd() {} } }),
      /fit\] expected `callbacks` to be a list, got Object/,
    ],
    [
      'a callback that is none',
      fitting({ callbacks: [null] }),
      /fit\] expected callbacks that are objects with methods such as onEpochEnd, got null/,
    ],
    [
      'a function for a callback',
      (model) => model.evaluate(x, y, { callbacks: untyped([() => {}]) }),
      /evaluate\] expected callbacks that are objects/,
    ],
  ]);
});

/** @file Metrics against golden/metrics.json, in batches of several sizes; their names, the choice of an accuracy, and refusals. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Tensor, type TensorLike, tensor } from '../../src/base/tensor.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { mean, square, sub } from '../../src/graph/ops.ts';
import { SparseCategoricalCrossentropy, type TargetSpec } from '../../src/losses/index.ts';
import * as all from '../../src/metrics/all.ts';
import {
  BinaryAccuracy,
  CategoricalAccuracy,
  MeanSquaredError,
  type Metric,
  resolveMetric,
  SparseCategoricalAccuracy,
} from '../../src/metrics/index.ts';
import { expectClose } from '../support/compare.ts';
import { type GoldenCase, type GoldenTensor, loadGolden } from '../support/golden.ts';

const { cases } = loadGolden('metrics');

/** Metrics of the golden file that this version does not have. */
const notImplemented = [
  'AUC',
  'CosineSimilarity',
  'F1Score',
  'FBetaScore',
  'FalseNegatives',
  'FalsePositives',
  'IoU',
  'Mean',
  'MeanAbsolutePercentageError',
  'MeanIoU',
  'Precision',
  'R2Score',
  'Recall',
  'RootMeanSquaredError',
  'SparseTopKCategoricalAccuracy',
  'Sum',
  'TopKCategoricalAccuracy',
  'TrueNegatives',
  'TruePositives',
  'average_precision_exact',
  'cohen_kappa',
  'confusion_matrix',
  'explained_variance',
  'matthews_corrcoef',
  'roc_auc_exact',
];

const close = { absolute: 1e-6, relative: 1e-5 };

function tensorOf({ shape, data, dtype }: GoldenTensor): Tensor {
  return tensor(dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data), shape);
}

/** The metric over all samples, fed in batches of `batchSize` (the last one smaller). */
function evaluate(metric: Metric, batchSize: number, yTrue: Tensor, yPred: Tensor, weight?: Tensor): number {
  const statistics = jit((t: Node, p: Node, w?: Node) => metric.statistics(t, p, w));
  let totals = new Float64Array(0);
  for (let start = 0; start < yTrue.shape[0]!; start += batchSize) {
    const batch = [yTrue, yPred, weight].flatMap((part) => (part ? [part.slice(start, start + batchSize)] : []));
    const { data } = statistics(...batch);
    if (totals.length === 0) totals = new Float64Array(data.length);
    totals = totals.map((total, i) => total + data[i]!);
  }
  return metric.result(totals);
}

function metricOf({ metric, threshold }: GoldenCase['config'], yTrue: Tensor, yPred: Tensor): Metric {
  if (metric === 'BinaryAccuracy') return new BinaryAccuracy({ threshold: Number(threshold) });
  return resolveMetric(String(metric), yTrue, yPred);
}

describe('golden metrics', () => {
  for (const { name, config, inputs, outputs } of cases) {
    if (notImplemented.includes(String(config.metric))) {
      test.skip(`${name}: not implemented in this version`);
      continue;
    }
    test(name, () => {
      const [yTrue, yPred] = [tensorOf(inputs.y_true!), tensorOf(inputs.y_pred!)];
      const weight = inputs.sample_weight && tensorOf(inputs.sample_weight);
      const metric = metricOf(config, yTrue, yPred);
      for (const batchSize of [64, 7, 1]) {
        expectClose([evaluate(metric, batchSize, yTrue, yPred, weight)], outputs.result!.data, close, `batches of ${batchSize}`);
      }
    });
  }
});

test('the list of metrics that are missing is up to date', () => {
  const spec: TargetSpec = { shape: [null, 4], dtype: 'float32' };
  for (const name of notImplemented) {
    expect(() => resolveMetric(name, spec, spec), name).toThrow(/expected the name of a metric/);
    expect(cases.some(({ config }) => config.metric === name)).toBe(true);
  }
});

describe('values', () => {
  const all1 = (metric: Metric, yTrue: TensorLike, yPred: TensorLike, weight?: TensorLike): number =>
    evaluate(metric, 100, tensor(yTrue), tensor(yPred), weight === undefined ? undefined : tensor(weight));

  test('a prediction at the threshold counts as 0', () => {
    expect(all1(new BinaryAccuracy(), [0, 1, 1], [[0.5], [0.5], [0.6]])).toBeCloseTo(2 / 3, 6);
  });

  test('several outputs are averaged per sample', () => {
    const targets = [
      [1, 0],
      [1, 1],
    ];
    const outputs = [
      [0.9, 0.9],
      [0.9, 0.9],
    ];
    expect(all1(new BinaryAccuracy(), targets, outputs)).toBe(0.75);
    expect(all1(new BinaryAccuracy(), targets, outputs, [3, 1])).toBe(0.625);
  });

  test('labels with a trailing axis, and sequences', () => {
    const p = tensor([1, 2, 5, 3, 9, 0, 0, 1], [2, 2, 2]);
    expect(all1(new SparseCategoricalAccuracy(), tensor([1, 0, 0, 0], [2, 2]), p)).toBe(0.75);
    expect(all1(new SparseCategoricalAccuracy(), tensor([1, 0, 0, 0], [2, 2, 1]), p)).toBe(0.75);
  });

  test('a weight per position of a sequence', () => {
    const p = tensor([1, 2, 5, 3, 9, 0, 0, 1], [2, 2, 2]);
    expect(all1(new SparseCategoricalAccuracy(), tensor([1, 0, 0, 0], [2, 2]), p, tensor([1, 1, 1, 0], [2, 2]))).toBe(1);
  });

  test('a function of values per sample, and one of a scalar, are averaged over samples', () => {
    const perSample = resolveMetric((t, p) => mean(square(sub(p, t)), -1), tensor([[0]]), tensor([[0]]));
    const scalar = resolveMetric((t, p) => mean(square(sub(p, t))), tensor([[0]]), tensor([[0]]));
    const [t, p] = [tensor([[0], [0], [0]]), tensor([[1], [2], [6]])];
    for (const metric of [perSample, scalar]) expect(evaluate(metric, 2, t, p)).toBeCloseTo(41 / 3, 5);
    expect(evaluate(scalar, 2, t, p, tensor([1, 1, 0]))).toBeCloseTo(2.5, 5);
  });

  test('a loss counts only the positions it does not ignore', () => {
    const metric = resolveMetric(new SparseCategoricalCrossentropy({ ignoreClass: -1 }), tensor([0]), tensor([[0, 0]]));
    const p = tensor([
      [0.5, 0.5],
      [0.5, 0.5],
      [0.25, 0.75],
    ]);
    for (const batchSize of [1, 2, 3])
      expect(evaluate(metric, batchSize, tensor(Int32Array.of(0, -1, 1)), p)).toBeCloseTo(0.4904146, 6);
  });

  test('no samples give 0', () => {
    expect(new MeanSquaredError().result(Float64Array.of(0, 0))).toBe(0);
  });

  test('an infinite value shows as Infinity', () => {
    expect(all1(new MeanSquaredError(), [[0], [0]], [[3e30], [1]])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('names', () => {
  const spec = (...shape: (number | null)[]): TargetSpec => ({ shape, dtype: 'float32' });

  test.each([
    [spec(null, 1), spec(null, 1), 'BinaryAccuracy'],
    [spec(null), spec(null, 1), 'BinaryAccuracy'],
    [spec(null), spec(null, 10), 'SparseCategoricalAccuracy'],
    [spec(null, 1), spec(null, 10), 'SparseCategoricalAccuracy'],
    [spec(null, 10), spec(null, 10), 'CategoricalAccuracy'],
    [spec(null, 7), spec(null, 7, 10), 'SparseCategoricalAccuracy'],
  ])('accuracy of targets %j and outputs %j is %s', (yTrue, yPred, type) => {
    for (const name of ['accuracy', 'acc', 'Accuracy']) {
      const metric = resolveMetric(name, yTrue, yPred);
      expect([metric.type, metric.name, metric.direction]).toEqual([type, name, 'max']);
    }
  });

  test('names of metrics and losses keep their spelling', () => {
    for (const name of ['mse', 'MAE', 'mean_squared_error', 'binaryAccuracy', 'sparse_categorical_crossentropy']) {
      expect(resolveMetric(name, spec(null), spec(null, 3)).name).toBe(name);
    }
    expect(resolveMetric('mse', spec(1), spec(1))).toBeInstanceOf(MeanSquaredError);
    expect(resolveMetric('mse', spec(1), spec(1)).direction).toBe('min');
    expect(
      resolveMetric(
        function spread(t, p) {
          return sub(t, p);
        },
        spec(1),
        spec(1),
      ),
    ).toMatchObject({ name: 'spread', direction: undefined });
    expect(new CategoricalAccuracy().name).toBe('categoricalAccuracy');
  });

  test('a misspelt name is refused with the nearest one', () => {
    expect(() => resolveMetric('acuracy', spec(1), spec(1))).toThrow(
      /expected the name of a metric, got "acuracy"\. Hint: did you mean 'accuracy'/,
    );
    expect(() => resolveMetric(5 as unknown as string, spec(1), spec(1))).toThrow(/`metrics` to be names, Metrics or functions/);
  });

  test('every metric file is in the list', () => {
    const folder = new URL('../../src/metrics/', import.meta.url);
    const types = Object.values(all).map(({ type }) => type);
    for (const file of readdirSync(folder)) {
      const [, type] =
        /^ {2}static override readonly type: string = '(\w+)'/m.exec(readFileSync(new URL(file, folder), 'utf8')) ?? [];
      if (type && type !== 'LossMetric') expect(types, file).toContain(type);
    }
    expect(types).toContain('BinaryAccuracy');
  });
});

describe('refusals', () => {
  const run = (metric: Metric, yTrue: TensorLike, yPred: TensorLike): number =>
    evaluate(metric, 10, tensor(yTrue), tensor(yPred));

  test('targets that do not fit', () => {
    expect(() =>
      run(
        new CategoricalAccuracy(),
        [0, 1],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ).toThrow(
      /metric "categoricalAccuracy"\] expected targets of shape \[2, 2\] like the predictions, got \[2\]\. Hint: .*sparseCategoricalAccuracy/,
    );
    expect(() => run(new SparseCategoricalAccuracy(), [[1, 0]], [[1, 0]])).toThrow(
      /expected labels of shape \[1\] for predictions \[1, 2\], got \[1, 2\]/,
    );
  });

  test('a threshold that is no number', () => {
    expect(() => new BinaryAccuracy({ threshold: Number.NaN })).toThrow(
      /metric "binaryAccuracy"\] expected `threshold` to be a number, got NaN/,
    );
  });
});

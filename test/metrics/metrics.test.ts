/** @file Metrics against golden/metrics.json, in batches of several sizes; their names, the choice of an accuracy, and refusals. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Tensor, type TensorLike, tensor } from '../../src/base/tensor.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { mean, square, sub } from '../../src/graph/ops.ts';
import { Dense } from '../../src/layers/index.ts';
import { SparseCategoricalCrossentropy, type TargetSpec } from '../../src/losses/index.ts';
import * as all from '../../src/metrics/all.ts';
import {
  averagePrecision,
  BinaryAccuracy,
  CategoricalAccuracy,
  confusionMatrix,
  Mean,
  MeanSquaredError,
  type Metric,
  resolveMetric,
  rocAuc,
  SparseCategoricalAccuracy,
  Sum,
} from '../../src/metrics/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { expectClose } from '../support/compare.ts';
import { type GoldenCase, type GoldenTensor, loadGolden } from '../support/golden.ts';

const { cases } = loadGolden('metrics');

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
    metric.merge(totals, data as Float32Array, 0);
  }
  return metric.result(totals);
}

/** Golden names that are functions or running statistics here, or called otherwise. */
const renamed: Readonly<Record<string, string>> = {
  cohen_kappa: 'CohenKappa',
  confusion_matrix: 'ConfusionMatrix',
  explained_variance: 'ExplainedVariance',
  matthews_corrcoef: 'MatthewsCorrelation',
};

/** The metric of a golden config. */
function metricOf({ metric, weighted: _, ...config }: GoldenCase['config']): Metric {
  const type = renamed[String(metric)] ?? metric;
  const MetricClass = Object.values(all).find((each) => each.type === type) as unknown as {
    new (options: object): Metric;
    readonly optionNames?: object;
  };
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries({ num_classes: 4, ...config })) {
    const name = key.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
    // The rest says how the case was computed. Metrics that watch a loss have that loss's options.
    const isOption = MetricClass.optionNames ? Object.hasOwn(MetricClass.optionNames, name) : name === 'axis' || name === 'delta';
    if (isOption) options[name] = value;
  }
  return new MetricClass(options);
}

describe('golden metrics', () => {
  for (const { name, config, inputs, outputs } of cases) {
    test(name, () => {
      const weight = inputs.sample_weight && tensorOf(inputs.sample_weight);
      if (inputs.values) {
        const running = new { Mean, Sum }[config.metric as 'Mean' | 'Sum']();
        for (let i = 0; i < 6; i += 2) running.update(tensorOf(inputs.values).slice(i, i + 2), weight?.slice(i, i + 2));
        expectClose([running.value], outputs.result!.data, close);
        running.reset();
        expect(running.value).toBe(0);
        return;
      }
      const [yTrue, yPred] = [tensorOf(inputs.y_true!), tensorOf(inputs.y_pred!)];
      const exact = { roc_auc_exact: rocAuc, average_precision_exact: averagePrecision }[String(config.metric)];
      if (exact) {
        expectClose([exact(yTrue, yPred)], outputs.result!.data, close);
        return;
      }
      const metric = metricOf(config);
      const wanted = (outputs.result ?? outputs.matrix)!;
      for (const batchSize of [64, 7, 1]) {
        metric.reset();
        for (let i = 0; i < yTrue.shape[0]!; i += batchSize)
          metric.update(yTrue.slice(i, i + batchSize), yPred.slice(i, i + batchSize), weight?.slice(i, i + batchSize));
        const { shape, data } = metric.detail;
        expect(shape).toEqual(wanted.shape);
        expectClose(data, wanted.data, close, `batches of ${batchSize}`);
        if (shape.length === 0) expect(Math.fround(metric.value)).toBe(data[0]);
      }
    });
  }
});

describe('metrics of TensorFlow.js', () => {
  const own = loadGolden('tfjs_losses_metrics').cases.filter(({ config }) => config.metric);
  test.each(own.map((golden) => [golden.name, golden] as const))('%s', (_, { config, inputs, outputs }) => {
    const [yTrue, yPred] = [tensorOf(inputs.y_true!), tensorOf(inputs.y_pred!)];
    const metric = resolveMetric(String(config.metric), yTrue, yPred);
    // That library computes in float32.
    expectClose([evaluate(metric, 2, yTrue, yPred)], outputs.result!.data, { absolute: 1e-5, relative: 1e-4 });
  });
  expect(own.length).toBe(7);
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

describe('several numbers', () => {
  const targets = [
    [1, 1, 1],
    [1, 0, 0],
    [1, 1, 0],
  ];
  const scores = [
    [0.2, 0.6, 0.7],
    [0.2, 0.6, 0.6],
    [0.6, 0.8, 0],
  ];
  const detailOf = (metric: Metric, yTrue: TensorLike, yPred: TensorLike, weight?: TensorLike): number[] => {
    metric.update(yTrue, yPred, weight);
    return [...metric.detail.data];
  };

  test('documented F scores, with and without a threshold; logs show their mean', () => {
    const metric = new all.F1Score({ threshold: 0.5 });
    expectClose(detailOf(metric, targets, scores), [0.5, 0.8, 2 / 3], close);
    expect(metric.value).toBeCloseTo((0.5 + 0.8 + 2 / 3) / 3, 5);
    expectClose(detailOf(new all.F1Score(), targets, scores), [0, 0.5, 2 / 3], close);
  });

  test('precision and recall at several thresholds', () => {
    const thresholds = [0.1, 0.5, 0.9];
    const [t, p] = [
      [0, 0, 1, 1],
      [0.2, 0.6, 0.4, 0.95],
    ];
    expectClose(detailOf(new all.Precision({ thresholds }), t, p), [0.5, 0.5, 1], close);
    expectClose(detailOf(new all.Recall({ thresholds }), t, p), [1, 0.5, 0.5], close);
    expectClose(detailOf(new all.FalsePositives({ thresholds }), t, p, [1, 2, 1, 1]), [3, 2, 0], close);
    expectClose(detailOf(new all.TrueNegatives({ thresholds }), t, p, [1, 2, 1, 1]), [0, 1, 3], close);
  });

  test('only the largest k scores are positive, of equal ones the first', () => {
    const p = [[0.1, 0.4, 0.4, 0.05]];
    expect(detailOf(new all.TruePositives(), [[0, 1, 1, 0]], p)).toEqual([0]);
    const precision = (topK: number, t: number[]) => detailOf(new all.Precision({ topK }), [t], p)[0];
    expect(precision(1, [0, 1, 0, 0])).toBe(1);
    expect(precision(1, [0, 0, 1, 0])).toBe(0);
    expect(precision(2, [0, 0, 1, 0])).toBe(0.5);
    expect(detailOf(new all.Recall({ topK: 1, classId: 2 }), [[0, 0, 1, 0]], p)).toEqual([0]);
  });

  test('decisions without a case give 0, not NaN', () => {
    expect(detailOf(new all.Precision(), [0, 1], [0.1, 0.2])).toEqual([0]);
    expect(detailOf(new all.Recall(), [0, 0], [0.1, 0.9])).toEqual([0]);
    expect(detailOf(new all.AUC(), [1, 1], [0.1, 0.9])).toEqual([0]);
  });

  test('documented areas under curves', () => {
    const [t, p] = [
      [0, 0, 1, 1],
      [0, 0.5, 0.3, 0.9],
    ];
    expectClose(detailOf(new all.AUC(), t, p), [0.75], close);
    expectClose(detailOf(new all.AUC({ curve: 'PR' }), t, p), [0.7972674], close);
    expectClose(detailOf(new all.AUC({ numThresholds: 3 }), t, p), [0.75], close);
    expectClose(detailOf(new all.AUC({ thresholds: [0.5] }), t, p), [0.75], close);
    const logits = p.map((share) => Math.log(share / (1 - share)));
    expectClose(detailOf(new all.AUC({ fromLogits: true }), t, logits), [0.75], close);
  });

  test('an area for each output', () => {
    const t = [
      [0, 1],
      [0, 0],
      [1, 1],
      [1, 0],
    ];
    const p = [
      [0, 0.9],
      [0.5, 0.1],
      [0.3, 0.8],
      [0.9, 0.2],
    ];
    const metric = new all.AUC({ multiLabel: true, labelWeights: [3, 1] });
    expectClose(detailOf(metric, t, p), [0.75, 1], close);
    expect(metric.value).toBeCloseTo((3 * 0.75 + 1) / 4, 6);
    expectClose(detailOf(new all.AUC({ labelWeights: [1, 0] }), t, p), [0.75], close);
    expectClose(detailOf(new all.AUC({ labelWeights: [0, 1] }), t, p, [1, 1, 1, 1]), [1], close);
  });

  test('areas without thresholds count equal scores half', () => {
    expect(rocAuc([0, 1, 1], [0.5, 0.5, 0.7])).toBe(0.75);
    expect(rocAuc([1, 1], [0.5, 0.7])).toBe(0);
    expect(rocAuc([0, 1, 1], [0.5, 0.4, 0.7], [1, 3, 1])).toBe(0.25);
    expect(averagePrecision([0, 1, 1], [0.5, 0.4, 0.7])).toBeCloseTo(0.5 + 1 / 3, 9);
    expect(() => rocAuc([0, 1], [1])).toThrow(/as many targets and weights as scores, \[1\], got \[2\]/);
  });

  test('the confusion matrix, from labels, scores and one-hot rows', () => {
    const [t, p] = [
      [0, 1, 2, 2, 1],
      [0, 2, 2, 1, 1],
    ];
    const oneHot = (labels: number[]) => labels.map((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0)));
    for (const [yTrue, yPred] of [
      [t, p],
      [t, oneHot(p)],
      [oneHot(t), oneHot(p)],
    ] as TensorLike[][]) {
      const matrix = confusionMatrix(yTrue!, yPred!, { numClasses: 3 });
      expect([matrix.shape, [...matrix.data]]).toEqual([
        [3, 3],
        [1, 0, 0, 0, 1, 1, 0, 1, 1],
      ]);
    }
    expect([...confusionMatrix(t, p, { numClasses: 3, sampleWeight: [1, 2, 3, 4, 5] }).data]).toEqual([
      1, 0, 0, 0, 5, 2, 0, 4, 3,
    ]);
    const metric = new all.ConfusionMatrix({ numClasses: 3, ignoreClass: 2 });
    expect(detailOf(metric, t, p)).toEqual([1, 0, 0, 0, 1, 1, 0, 0, 0]);
    expect(metric.value).toBeCloseTo(2 / 3, 9);
    expect(detailOf(new all.ConfusionMatrix({ numClasses: 2 }), [0, 5, -1, 1], [0, 0, 1, 7])).toEqual([1, 0, 0, 0]);
  });

  test('intersections over unions', () => {
    const [t, p] = [
      [0, 0, 1, 1],
      [0, 1, 0, 1],
    ];
    expectClose(detailOf(new all.MeanIoU({ numClasses: 2 }), t, p), [1 / 3], close);
    // A class that is nowhere has no part in the mean.
    expectClose(detailOf(new all.MeanIoU({ numClasses: 5 }), t, p), [1 / 3], close);
    const rows = (labels: number[]) => labels.map((label) => [1 - label, label]);
    expectClose(detailOf(new all.OneHotMeanIoU({ numClasses: 2 }), rows(t), rows(p)), [1 / 3], close);
    expectClose(
      detailOf(new all.OneHotIoU({ numClasses: 2, targetClassIds: [1] }), rows([1, 1, 0, 0]), rows([1, 0, 0, 0])),
      [0.5],
      close,
    );
    expectClose(detailOf(new all.BinaryIoU({ threshold: 0.3 }), t, [0.1, 0.3, 0.2, 0.9]), [1 / 3], close);
    expectClose(detailOf(new all.BinaryIoU({ targetClassIds: [0] }), [0, 0, 1], [0.1, 0.6, 0.9]), [0.5], close);
  });

  test('ties count for the label among the top k', () => {
    const metric = new all.SparseTopKCategoricalAccuracy({ k: 2 });
    const p = [
      [0.5, 0.2, 0.2],
      [0.1, 0.5, 0.4],
      [0.3, 0.3, 0.3],
    ];
    expectClose(detailOf(metric, [2, 0, 1], p), [2 / 3], close);
  });

  test('R² of targets far from 0, of constant ones, and adjusted', () => {
    const noise = Array.from({ length: 64 }, (_, i) => Math.sin(i * i));
    const t = Float32Array.from(noise, (value) => 10_000 + value);
    const p = t.map((value, i) => value + 0.1 * Math.cos(3 * i));
    const mean = t.reduce((a, b) => a + b, 0) / 64;
    const residual = t.reduce((total, value, i) => total + (value - p[i]!) ** 2, 0);
    const wanted = 1 - residual / t.reduce((total, value) => total + (value - mean) ** 2, 0);
    for (const batchSize of [64, 10, 1]) {
      expect(Math.abs(evaluate(new all.R2Score(), batchSize, tensor(t), tensor(p)) - wanted)).toBeLessThan(2e-6);
    }
    expectClose(detailOf(new all.R2Score(), [1, 4, 3], [2, 4, 4]), [0.5714285], close);
    expect(detailOf(new all.R2Score(), new Float32Array(33).fill(0.1), new Float32Array(33))).toEqual([0]);
    expectClose(detailOf(new all.R2Score({ numRegressors: 1 }), [1, 4, 3], [2, 4, 4]), [1 - 2 * (1 - 0.5714285)], close);
    expectClose(detailOf(new all.R2Score(), [1, 4, 3, 9], [2, 4, 4, 0], [1, 1, 1, 0]), [0.5714285], close);
    expect(detailOf(new all.ExplainedVariance(), [1, 4, 3], [3, 6, 5])).toEqual([1]);
  });

  test('in the logs of a model there is one number for each', async () => {
    const model = new Sequential([new Dense({ units: 3, activation: 'softmax' })], { inputShape: [2] });
    const metrics = [
      new all.F1Score({ name: 'f1' }),
      new all.ConfusionMatrix({ numClasses: 3, name: 'matrix' }),
      'auc',
      'precision',
    ];
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics });
    const x = Array.from({ length: 20 }, (_, i) => [Math.sin(i), Math.cos(i)]);
    const y = x.map((_, i) => [0, 1, 2].map((c) => (i % 3 === c ? 1 : 0)));
    const logs = await model.evaluate(x, y, { batchSize: 7, verbose: 0 });
    const p = await model.predict(x);
    for (const metric of [
      new all.F1Score({ name: 'f1' }),
      new all.ConfusionMatrix({ numClasses: 3, name: 'matrix' }),
      new all.AUC(),
    ]) {
      metric.update(y, p);
      expect(logs[metric.name]).toBeCloseTo(metric.value, 6);
    }
    expect(Object.keys(logs)).toEqual(['auc', 'f1', 'loss', 'matrix', 'precision']);
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

  test('options that make no sense', () => {
    expect(() => new all.Precision({ thresholds: 2 })).toThrow(
      /metric "precision"\] expected `thresholds` to be numbers in \[0, 1\], got 2/,
    );
    expect(() => new all.Recall({ topK: 0 })).toThrow(/`topK` to be an integer >= 1, got 0/);
    expect(() => run(new all.Recall({ classId: 3 }), [[0, 1]], [[0, 1]])).toThrow(
      /`classId` below 2, the number of outputs, got 3/,
    );
    expect(() => new all.AUC({ numThresholds: 1 })).toThrow(/`numThresholds` to be an integer >= 2, got 1/);
    expect(() => new all.AUC({ thresholds: [-1] })).toThrow(/`thresholds` to be numbers in \[0, 1\]/);
    expect(() => new all.AUC({ curve: 'RC' as 'ROC' })).toThrow(/did you mean 'ROC'/);
    expect(() => run(new all.AUC({ labelWeights: [1] }), [[0, 1]], [[0, 1]])).toThrow(/`labelWeights` to be 2 numbers/);
    expect(() => new all.FBetaScore({ beta: 0 })).toThrow(/`beta` to be a finite number > 0, got 0/);
    expect(() => new all.F1Score({ threshold: 0 })).toThrow(/`threshold` to be a number in \(0, 1\], got 0/);
    expect(() => run(new all.F1Score(), [0, 1], [0, 1])).toThrow(/predictions of shape \[n, classes\], got \[2\]/);
    expect(() => resolveMetric('meanIoU', tensor([0]), tensor([0]))).toThrow(
      /metric "meanIoU"\] expected `numClasses` to be an integer >= 2, got undefined/,
    );
    expect(() => new all.IoU({ numClasses: 2, targetClassIds: [2] })).toThrow(/`targetClassIds` to be integers in \[0, 1\], got/);
    expect(() => run(new all.MeanIoU({ numClasses: 2 }), [0, 1], [0, 1, 1])).toThrow(
      /class numbers of shape \[2\] like the targets, got \[3\]/,
    );
    expect(() => new all.TopKCategoricalAccuracy({ k: 1.5 })).toThrow(/`k` to be an integer >= 1, got 1\.5/);
    expect(() => run(new all.R2Score(), [[[0]]], [[[0]]])).toThrow(/predictions of shape \[n, outputs\], got \[1, 1, 1\]/);
    expect(() => new all.R2Score({ classAggregation: 'mean' as 'uniformAverage' })).toThrow(/the name of a class aggregation/);
  });

  test('a value before any batch, and batches of another kind', () => {
    const metric = new all.F1Score();
    expect(() => metric.value).toThrow(/metric "f1Score"\] expected at least one batch, got none\. Hint: call update/);
    metric.update([[0, 1]], [[0, 1]]);
    expect(() => metric.update([[0, 1, 0]], [[0, 1, 0]])).toThrow(/expected batches of one kind, got 9 statistics after 6/);
    metric.reset();
    expect(() => metric.detail).toThrow(/at least one batch/);
    expect(() => new Mean().update([1, 2], [1])).toThrow(/weights of shape \[2\], got \[1\]/);
  });
});

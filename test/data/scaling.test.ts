/** @file Scalers, components and eigenvalues against values computed by NumPy in float64, from the formulas and a singular value decomposition. */

import { expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import { symmetricEigen } from '../../src/data/eigen.ts';
import { MinMaxScaler } from '../../src/data/min-max-scaler.ts';
import { PCA } from '../../src/data/pca.ts';
import { channelMeans, StandardScaler } from '../../src/data/standard-scaler.ts';
import { expectClose } from '../support/compare.ts';
import { fixture } from './fixtures.ts';

type Rows = number[][];
const golden = fixture<{
  x: Rows;
  mean: number[];
  deviation: number[];
  standard: Rows;
  minMax: Rows;
  components: Rows;
  variance: number[];
  ratio: number[];
  scores: Rows;
  whitened: Rows;
  zca: Rows;
  matrix: number[];
  eigenvalues: number[];
}>('scaling');
const { x } = golden;
const close = { absolute: 3e-6, relative: 3e-6 };

test('StandardScaler', () => {
  const scaler = new StandardScaler();
  const scaled = scaler.fitTransform(x);
  expectClose(scaled.data, golden.standard.flat(), close);
  expectClose(scaler.mean, golden.mean, { absolute: 0, relative: 1e-12 });
  expectClose(scaler.deviation, golden.deviation, { absolute: 0, relative: 1e-12 });
  expectClose(scaler.inverseTransform(scaled).data, x.flat(), { absolute: 1e-6, relative: 1e-6 });
});

test('MinMaxScaler', () => {
  const scaler = new MinMaxScaler({ range: [-1, 2] });
  const scaled = scaler.fitTransform(x);
  expectClose(scaled.data, golden.minMax.flat(), close);
  expect([Math.min(...scaled.data), Math.max(...scaled.data)]).toEqual([-1, 2]);
  expectClose(scaler.inverseTransform(scaled).data, x.flat(), { absolute: 1e-5, relative: 1e-6 });
});

test('columns that do not vary are not blown up', () => {
  const constant = Array.from({ length: 1000 }, (_, i) => [0.1, 1e8, i]);
  const standard = new StandardScaler().fit(constant);
  expect(standard.deviation.slice(0, 2)).toEqual([1, 1]);
  expect([...standard.transform(constant).data.slice(0, 2)].map((v) => Math.abs(v) < 1e-6)).toEqual([true, true]);
  expect([...new MinMaxScaler({ range: [3, 4] }).fitTransform([[7], [7]]).data]).toEqual([3, 3]);
});

test('per channel, statistics are those of the last axis', () => {
  const images = tensor([
    [[[0, 10]], [[2, 10]]],
    [[[4, 40]], [[6, 40]]],
  ]);
  expect(channelMeans(images)).toEqual({ mean: [3, 25], deviation: [Math.sqrt(5), 15] });
  const scaled = new StandardScaler({ perChannel: true }).fitTransform(images);
  expect(scaled.shape).toEqual([2, 2, 1, 2]);
  expectClose(
    scaled.data,
    [-3, -15, -1, -15, 1, 15, 3, 15].map((v, i) => v / (i % 2 ? 15 : Math.sqrt(5))),
    close,
  );
});

test('PCA', () => {
  const pca = new PCA().fit(x);
  expectClose(pca.components.data, golden.components.flat(), { absolute: 1e-6, relative: 1e-6 });
  expectClose(pca.explainedVariance, golden.variance, { absolute: 1e-10, relative: 1e-8 });
  expectClose(pca.explainedVarianceRatio, golden.ratio, { absolute: 1e-10, relative: 1e-8 });
  const scores = pca.transform(x);
  expectClose(scores.data, golden.scores.flat(), { absolute: 1e-5, relative: 1e-5 });
  expectClose(pca.inverseTransform(scores).data, x.flat(), { absolute: 1e-5, relative: 1e-6 });
});

test('PCA whitens, by components or back in the axes of the features', () => {
  const whitened = new PCA({ whiten: true }).fit(x);
  expectClose(whitened.transform(x).data, golden.whitened.flat(), { absolute: 1e-4, relative: 1e-4 });
  expectClose(whitened.inverseTransform(whitened.transform(x)).data, x.flat(), { absolute: 1e-4, relative: 1e-5 });
  const zca = new PCA({ whiten: 'zca' }).fit(x);
  expectClose(zca.transform(x).data, golden.zca.flat(), { absolute: 1e-4, relative: 1e-4 });
  expectClose(zca.inverseTransform(zca.transform(x)).data, x.flat(), { absolute: 1e-3, relative: 1e-5 });
});

test('PCA keeps some components, by number or by share of the variance', () => {
  expect(new PCA({ components: 2 }).fitTransform(x).shape).toEqual([12, 2]);
  expectClose(
    new PCA({ components: 2 }).fitTransform(x).data,
    golden.scores.flatMap((row) => row.slice(0, 2)),
    { absolute: 1e-5, relative: 1e-5 },
  );
  const [first = 0, second = 0] = golden.ratio;
  expect(new PCA({ components: first - 0.001 }).fit(x).explainedVariance).toHaveLength(1);
  expect(new PCA({ components: first + second / 2 }).fit(x).explainedVariance).toHaveLength(2);
  // Fewer samples than features.
  expect(
    new PCA().fit([
      [1, 2, 3],
      [2, 4, 7],
    ]).explainedVariance,
  ).toHaveLength(2);
});

test('eigenvalues of a larger matrix, and vectors that belong to them', () => {
  const n = 30;
  const { values, vectors } = symmetricEigen(Float64Array.from(golden.matrix), n);
  expectClose(values, golden.eigenvalues, { absolute: 1e-12, relative: 1e-12 });
  for (let k = 0; k < n; k++) {
    const vector = vectors.subarray(k * n, (k + 1) * n);
    const image = Array.from(vector, (_, i) => vector.reduce((sum, v, j) => sum + golden.matrix[i * n + j]! * v, 0));
    expectClose(
      image,
      Array.from(vector, (v) => v * values[k]!),
      { absolute: 1e-12, relative: 0 },
    );
    expect(Math.abs(vector.reduce((sum, v) => sum + v * v, 0) - 1)).toBeLessThan(1e-12);
  }
  expect([...symmetricEigen(Float64Array.of(3), 1).values, ...symmetricEigen(new Float64Array(9), 3).values]).toEqual([
    3, 0, 0, 0,
  ]);
});

test('what was learned survives JSON', () => {
  const again = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
  const standard = new StandardScaler().fit(x);
  expect(StandardScaler.fromJSON(again(standard.toJSON())).transform(x)).toEqual(standard.transform(x));
  const minMax = new MinMaxScaler({ range: [0, 5] }).fit(x);
  expect(MinMaxScaler.fromJSON(again(minMax.toJSON())).transform(x)).toEqual(minMax.transform(x));
  const pca = new PCA({ components: 2, whiten: true }).fit(x);
  const restored = PCA.fromJSON(again(pca.toJSON()));
  expect(restored.transform(x)).toEqual(pca.transform(x));
  expect(restored.explainedVarianceRatio).toEqual(pca.explainedVarianceRatio);
});

const refusals: [string, () => unknown, RegExp][] = [
  ['use before fit', () => new StandardScaler().transform(x), /\[StandardScaler\] expected a scaler that has seen data/],
  ['PCA before fit', () => new PCA().transform(x), /call fit first/],
  [
    'other columns',
    () => new StandardScaler().fit(x).transform([[1, 2]]),
    /\[StandardScaler.transform\] expected samples of 4 columns, as in fit, got 2/,
  ],
  [
    'NaN',
    () => new MinMaxScaler().fit([[1], [Number.NaN]]),
    /\[MinMaxScaler.fit\] expected finite numbers in `x`, got NaN at \[1, 0\]/,
  ],
  ['a range upside down', () => new MinMaxScaler({ range: [1, 0] }), /`range` to be a pair/],
  ['misspelt options', () => new PCA({ component: 2 } as never), /did you mean `components`/],
  ['too many components', () => new PCA({ components: 5 }).fit(x), /at most 4 components for shape \[12, 4\], got 5/],
  ['images', () => new PCA().fit([[[1]], [[2]]]), /expected samples of shape \[n, features\], got \[2, 1, 1\]/],
  [
    'records of other types',
    () => StandardScaler.fromJSON(new MinMaxScaler().fit(x).toJSON()),
    /record of type "StandardScaler", got "MinMaxScaler"/,
  ],
  [
    'damaged records',
    () => StandardScaler.fromJSON({ ...new StandardScaler().fit(x).toJSON(), scale: [1] }),
    /a scale other than 0 for every shift/,
  ],
];

test.each(refusals)('refuses %s', (_, act, text) => expect(act).toThrow(text));

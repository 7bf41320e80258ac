/** @file Splits, one-hot rows, and transforms of batches: mixup and flipped labels. */

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import { Dataset } from '../../src/data/dataset.ts';
import { flipLabels } from '../../src/data/flip-labels.ts';
import { mixup, symmetricBeta } from '../../src/data/mixup.ts';
import { RandomStream } from '../../src/data/random-stream.ts';
import { toCategorical } from '../../src/data/to-categorical.ts';
import { trainTestSplit } from '../../src/data/train-test-split.ts';

const count = (list: ArrayLike<number>, value: number): number => Array.from(list).filter((one) => one === value).length;

describe('trainTestSplit', () => {
  const x = new Tensor(
    Uint8Array.from({ length: 20 }, (_, i) => i),
    [10, 2],
  );
  const y = Int32Array.from({ length: 10 }, (_, i) => i);

  test('splits rows with their targets, each in one part', () => {
    const { xTrain, xTest, yTrain, yTest } = trainTestSplit(x, y, { seed: 1 });
    expect([xTrain.shape, xTest.shape, xTrain.dtype, yTest.dtype]).toEqual([[7, 2], [3, 2], 'uint8', 'int32']);
    expect([...yTrain.data, ...yTest.data].sort()).toEqual([...y]);
    for (const [part, labels] of [
      [xTrain, yTrain],
      [xTest, yTest],
    ] as const)
      expect([...part.data]).toEqual([...labels.data].flatMap((label) => [2 * label, 2 * label + 1]));
  });

  test('follows from its seed, or from setSeed', () => {
    expect(trainTestSplit(x, y, { seed: 1 })).toEqual(trainTestSplit(x, y, { seed: 1 }));
    expect(trainTestSplit(x, y, { seed: 1 })).not.toEqual(trainTestSplit(x, y, { seed: 2 }));
    setSeed(4);
    const first = trainTestSplit(x, y);
    setSeed(4);
    expect(trainTestSplit(x, y)).toEqual(first);
  });

  test('without shuffling takes the last ones, by number too', () => {
    expect([...trainTestSplit(x, y, { shuffle: false, testSize: 2 }).yTest.data]).toEqual([8, 9]);
    expect(trainTestSplit(x, y, { testSize: 0.11 }).yTest.size).toBe(2);
  });

  test('stratified, both parts have their share of every class', () => {
    const labels = Array.from({ length: 100 }, (_, i) => (i < 80 ? 0 : i < 95 ? 1 : 2));
    const { yTrain, yTest } = trainTestSplit(labels, labels, { testSize: 0.2, stratify: true, seed: 1 });
    expect([0, 1, 2].map((label) => count(yTest.data, label))).toEqual([16, 3, 1]);
    expect(yTrain.size).toBe(80);
    const other = trainTestSplit(
      [...labels.keys()],
      labels.map(() => 0),
      { testSize: 20, stratify: labels, seed: 1 },
    );
    expect(other.xTest.data.filter((i) => i >= 95)).toHaveLength(1);
  });

  test('refuses what cannot be split', () => {
    expect(() => trainTestSplit(x, y, { testSize: 1.5 })).toThrow(
      /`testSize` to be a share in \(0, 1\) or a number of samples, got 1.5/,
    );
    expect(() => trainTestSplit(x, y, { testSize: 10 })).toThrow(
      /at least one sample to train on, got 10 samples, 10 of them for the test/,
    );
    expect(() => trainTestSplit(x, [1, 2])).toThrow(/as many targets as inputs, got 10 inputs and 2 targets/);
    expect(() => trainTestSplit(x, y, { stratify: true })).toThrow(/at least 2 samples of every class, got one of class 0/);
    expect(() => trainTestSplit(x, y, { stratify: true, shuffle: false })).toThrow(/`shuffle` with `stratify`/);
    expect(() => trainTestSplit(x, y, { testsize: 1 } as never)).toThrow(/did you mean `testSize`/);
  });
});

test('toCategorical', () => {
  expect(toCategorical([2, 0]).toArray()).toEqual([
    [0, 0, 1],
    [1, 0, 0],
  ]);
  expect(toCategorical(Uint8Array.of(1), 2).toArray()).toEqual([[0, 1]]);
  expect(toCategorical([[1], [0]]).toArray()).toEqual([
    [0, 1],
    [1, 0],
  ]);
  expect(toCategorical([[1, 0]], 2).shape).toEqual([1, 2, 2]);
  expect(() => toCategorical([0, 3], 3)).toThrow(
    /\[toCategorical\] expected labels to be whole numbers from 0 to 2, got 3 at element 1/,
  );
  expect(() => toCategorical([0.5])).toThrow(/got 0.5 at element 0/);
  expect(() => toCategorical([-1])).toThrow(/got -1/);
});

describe('mixup', () => {
  const rows = 64;
  const x = new Tensor(
    Float32Array.from({ length: rows }, (_, i) => i),
    [rows, 1],
  );
  const y = Int32Array.from({ length: rows }, (_, i) => i);
  const data = Dataset.fromArrays(x, y, new Float32Array(rows).fill(2))
    .batch(32)
    .map(mixup({ alpha: 1, classes: rows, seed: 3 }));

  test('mixes inputs and targets in the same proportion', async () => {
    for (const [inputs, targets, weights] of (await data.toArray()) as [Tensor, Tensor, Tensor][]) {
      expect(targets.shape).toEqual([32, rows]);
      for (let row = 0; row < 32; row++) {
        const shares = [...targets.slice(row, row + 1).data];
        expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
        expect(shares.reduce((sum, share, i) => sum + share * i, 0)).toBeCloseTo(inputs.data[row]!, 4);
        expect(weights.data[row]).toBe(2);
      }
      expect(inputs.data.some((value) => !Number.isInteger(value))).toBe(true);
    }
  });

  test('is the same for the same pass, and another for others', async () => {
    const first = async (pass: number): Promise<unknown> => (await data.open(pass).next()).value;
    expect(await first(2)).toEqual(await first(2));
    expect(await first(2)).not.toEqual(await first(3));
  });

  test('refuses class numbers that it was not told of', () => {
    const mix = mixup({ alpha: 0.2 });
    expect(() => mix([x, tensor(y)], 0, 0)).toThrow(
      /\[mixup\] expected `y` of dtype float32, got int32. Hint: give the number of `classes`/,
    );
    expect(() => mix(x, 0, 0)).toThrow(/expected batches \[x, y\], got Tensor/);
    expect(() => mix([x, tensor([1])], 0, 0)).toThrow(/`y` with 64 rows, as in x, got \[1\]/);
    expect(() => mixup({ alpha: 0 })).toThrow(/`alpha` to be a finite number > 0/);
  });

  test.each([0.2, 0.5, 1, 2, 8])('shares have mean and variance of Beta(%d, same)', (a) => {
    const random = new RandomStream([7, 8], 0, 0);
    const n = 20_000;
    let [sum, squares, quarters] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const draw = symmetricBeta(a, random) - 0.5;
      sum += draw;
      squares += draw ** 2;
      quarters += draw ** 4;
    }
    const variance = 1 / (4 * (2 * a + 1));
    // Fourth central moment of Beta(a, a): 3 / (16·(2a + 1)·(2a + 3)).
    const fourth = 3 / (16 * (2 * a + 1) * (2 * a + 3));
    const deviations = 4.5 / Math.sqrt(n);
    expect(Math.abs(sum / n)).toBeLessThan(deviations * Math.sqrt(variance));
    expect(Math.abs(squares / n - variance)).toBeLessThan(deviations * Math.sqrt(fourth - variance ** 2));
    expect(Math.abs(quarters / n / fourth - 1)).toBeLessThan(0.06);
  });
});

describe('flipLabels', () => {
  test('replaces its share by the other classes alike, and no others', async () => {
    const n = 9000;
    const labels = new Tensor(new Uint8Array(n).fill(1), [n]);
    const flipped = flipLabels({ rate: 0.3, classes: 4, seed: 1 })([labels, labels] as const, 0, 0)[1];
    const counts = [0, 1, 2, 3].map((label) => count(flipped.data, label));
    for (const [label, expected] of [900, 6300, 900, 900].entries())
      expect(Math.abs(counts[label]! - expected)).toBeLessThan(140);
    expect([flipped.dtype, count(labels.data, 1)]).toEqual(['uint8', n]);
  });

  test('works on elements and on batches, anew in every pass', async () => {
    const data = Dataset.range(200)
      .map((i) => [i, 0] as const)
      .map(flipLabels({ rate: 0.5, classes: 2, seed: 2 }));
    const labels = (await data.toArray()).map(([, label]) => label);
    expect(new Set(labels)).toEqual(new Set([0, 1]));
    expect((await data.toArray()).map(([, label]) => label)).not.toEqual(labels);
  });

  test('leaves all at rate 0 and none at rate 1', () => {
    const batch = [tensor([0]), tensor([0, 1, 2])] as const;
    expect(flipLabels({ rate: 0, classes: 3 })(batch, 0, 0)[1].toArray()).toEqual([0, 1, 2]);
    const all = flipLabels({ rate: 1, classes: 3 })(batch, 0, 0)[1].data;
    expect(all.every((label, i) => label !== i)).toBe(true);
  });

  test('refuses labels that are no classes', () => {
    expect(() => flipLabels({ rate: 0.1, classes: 2 })([0, 2], 0, 0)).toThrow(
      /\[flipLabels\] expected labels to be whole numbers from 0 to 1, got 2/,
    );
    expect(() => flipLabels({ rate: 2, classes: 2 })).toThrow(/`rate` to be a number in \[0, 1\]/);
  });
});

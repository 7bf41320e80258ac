/** @file Losses on embeddings and other losses outside of Keras, against plain float64 loops over pairs and triplets. */

import { describe, expect, test } from 'vitest';
import type { Tensor, TensorLike } from '../../src/base/tensor.ts';
import { gradients } from '../../src/graph/gradient.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import {
  Contrastive,
  contrastive,
  GaussianNLL,
  gaussianNLL,
  type Loss,
  lossValue,
  MulticlassSVM,
  multiclassSVM,
  NTXent,
  ntXent,
  TripletHard,
  TripletMargin,
  TripletSemiHard,
  tripletHard,
  tripletMargin,
} from '../../src/losses/index.ts';
import { expectClose } from '../support/compare.ts';

const close = { absolute: 2e-6, relative: 2e-5 };

const labels = [0, 1, 0, 2, 1, 0, 2, 3];
const points = labels.map((_, i) => [Math.sin(3 * i + 1), Math.cos(i * i), Math.sin(0.7 * i)]);

function valueAndSlope(loss: Loss, t: TensorLike, p: TensorLike): { value: number; slope: Tensor } {
  const { value, slope } = jit((yTrue: Node, yPred: Node) => {
    const result = lossValue(loss, yTrue, yPred);
    return { value: result, slope: gradients(result, [yPred])[0]! };
  })(t, p);
  return { value: value.item(), slope };
}

/** Throws unless value and gradient are those of `reference`, a float64 function of the points. */
function check(loss: Loss, t: TensorLike, start: number[][], reference: (p: number[][]) => number): void {
  const rounded = start.map((row) => row.map(Math.fround));
  const { value, slope } = valueAndSlope(loss, t, rounded);
  expectClose([value], [reference(rounded)], close, 'value');
  const step = 1e-6;
  const differences = rounded.flatMap((row, i) =>
    row.map((_, j) => {
      const moved = (by: number): number =>
        reference(rounded.map((each, k) => each.map((x, l) => (k === i && l === j ? x + by : x))));
      return (moved(step) - moved(-step)) / (2 * step);
    }),
  );
  expect(differences.some((each) => Math.abs(each) > 1e-3)).toBe(true);
  expectClose(slope.data, differences, { absolute: 2e-5, relative: 1e-4 }, 'gradient');
}

const distance = (a: number[], b: number[]): number => Math.sqrt(a.reduce((total, x, i) => total + (x - b[i]!) ** 2, 0));
const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const indices = labels.map((_, i) => i);

describe('triplets found in a batch', () => {
  test.each([0.2, 1, 3])('semi-hard, margin %d', (margin) => {
    check(new TripletSemiHard({ margin }), labels, points, (p) => {
      const values: number[] = [];
      for (const a of indices) {
        for (const b of indices.filter((i) => i !== a && labels[i] === labels[a])) {
          const negatives = indices.filter((i) => labels[i] !== labels[a]).map((i) => distance(p[a]!, p[i]!));
          const positive = distance(p[a]!, p[b]!);
          const outside = negatives.filter((d) => d > positive);
          const negative = outside.length > 0 ? Math.min(...outside) : Math.max(...negatives);
          values.push(Math.max(margin + positive - negative, 0));
        }
      }
      return mean(values);
    });
  });

  test.each([false, true])('hard, soft margin %s', (soft) => {
    check(new TripletHard({ soft, margin: 0.7 }), labels, points, (p) =>
      mean(
        indices.map((a) => {
          const to = (keep: (i: number) => boolean): number[] => indices.filter(keep).map((i) => distance(p[a]!, p[i]!));
          const positive = Math.max(0, ...to((i) => i !== a && labels[i] === labels[a]));
          const negative = Math.min(...to((i) => labels[i] !== labels[a]));
          return soft ? Math.log(1 + Math.exp(positive - negative)) : Math.max(positive - negative + 0.7, 0);
        }),
      ),
    );
  });

  test('equal embeddings have a finite gradient', () => {
    const same = [
      [1, 2],
      [1, 2],
      [1, 2],
    ];
    for (const loss of [new TripletSemiHard(), new TripletHard()]) {
      const { value, slope } = valueAndSlope(loss, [0, 0, 1], same);
      expect(value).toBe(1);
      expect([...slope.data]).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });

  test('a batch without pairs costs nothing', () => {
    expect(valueAndSlope(new TripletSemiHard(), [0, 1, 2], points.slice(0, 3)).value).toBe(0);
  });
});

describe('NT-Xent', () => {
  const pairs = [0, 1, 2, 3, 3, 1, 0, 2];

  test.each([0.1, 0.5])('of pairs, temperature %d', (temperature) => {
    check(new NTXent({ temperature }), pairs, points, (p) => {
      const unit = p.map((row) => row.map((x) => x / Math.hypot(...row)));
      const similarity = (i: number, j: number): number =>
        unit[i]!.reduce((total, x, k) => total + x * unit[j]![k]!, 0) / temperature;
      return mean(
        indices.map((i) => {
          const partner = indices.find((j) => j !== i && pairs[j] === pairs[i])!;
          const others = indices.filter((k) => k !== i).map((k) => Math.exp(similarity(i, k)));
          return Math.log(others.reduce((a, b) => a + b)) - similarity(i, partner);
        }),
      );
    });
  });

  test('a sample without partner has no part in the mean', () => {
    const [four, five] = [points.slice(0, 4), points.slice(0, 5)];
    const withLoner = ntXent([0, 1, 0, 1, 7], five).data;
    expect(withLoner[4]).toBe(0);
    expect(valueAndSlope(new NTXent(), [0, 1, 0, 1, 7], five).value).toBeCloseTo(mean([...withLoner].slice(0, 4)), 5);
    expect(ntXent([0, 1, 0, 1], four).shape).toEqual([4]);
  });
});

describe('triplets and pairs that are given', () => {
  test('distances with swap, and of another degree', () => {
    const triplet = [
      [
        [0, 0],
        [3, 4],
        [3, 3],
      ],
    ];
    const loss = (options: object) => tripletMargin([[0]], triplet, options).data[0]!;
    expect(loss({})).toBeCloseTo(5 - Math.sqrt(18) + 1, 5);
    expect(loss({ swap: true })).toBeCloseTo(5 - 1 + 1, 5);
    expect(loss({ p: 1, margin: 0.5 })).toBeCloseTo(7 - 6 + 0.5, 5);
  });

  test('contrastive', () => {
    expectClose(contrastive([1, 1, 0, 0], [0.5, 2, 0.25, 3]).data, [0.25, 4, 0.5625, 0], close);
    expect(contrastive([[1], [0]], [[0.5], [0.25]], { margin: 2 }).shape).toEqual([2]);
    expectClose(contrastive([[1], [0]], [[0.5], [0.25]], { margin: 2 }).data, [0.25, 1.75 ** 2], close);
  });
});

describe('multiclass SVM', () => {
  const scores = [
    [3, 1, 2.5],
    [1, 1, 4],
  ];

  test('of labels and of one-hot rows', () => {
    const wanted = [0.5, 0 + 1 + 4];
    expectClose(multiclassSVM([0, 1], scores).data, wanted, close);
    expectClose(multiclassSVM([[0], [1]], scores).data, wanted, close);
    const rows = [
      [1, 0, 0],
      [0, 1, 0],
    ];
    expectClose(multiclassSVM(rows, scores).data, wanted, close);
    expectClose(multiclassSVM([0, 1], scores, { margin: 2 }).data, [1.5, 2 + 5], close);
  });

  test('its gradient counts the classes within the margin', () => {
    const { slope } = valueAndSlope(new MulticlassSVM({ reduction: 'sum' }), [0, 1], scores);
    expect([...slope.data]).toEqual([-1, 0, 1, 1, -2, 1]);
  });

  test('a label that is none of the classes is refused', () => {
    expect(() => multiclassSVM([0, 3], scores)).toThrow(/integers in \[0, 2\] for 3 outputs, got 3 at index 1/);
  });
});

describe('Gaussian NLL', () => {
  test('one variance for all, and targets without the last axis', () => {
    const nll = (t: number, m: number, v: number) => 0.5 * (Math.log(v) + (m - t) ** 2 / v);
    expectClose(gaussianNLL([[1, 2]], [[0, 4, 0.5]]).data, [(nll(1, 0, 0.5) + nll(2, 4, 0.5)) / 2], close);
    expectClose(
      gaussianNLL(
        [1, 2],
        [
          [0, 0.5],
          [4, 3],
        ],
      ).data,
      [nll(1, 0, 0.5), nll(2, 4, 3)],
      close,
    );
  });

  test('a small variance counts as epsilon, with the gradient at that value; a negative one is NaN', () => {
    const epsilon = 0.25;
    const { value, slope } = valueAndSlope(new GaussianNLL({ epsilon }), [[1]], [[0, 0.1]]);
    expect(value).toBeCloseTo(0.5 * (Math.log(epsilon) + 1 / epsilon), 5);
    expectClose(slope.data, [-1 / epsilon, 0.5 * (1 / epsilon - 1 / epsilon ** 2)], close);
    expect(gaussianNLL([[1]], [[0, -1]]).data[0]).toBeNaN();
  });
});

describe('refusals', () => {
  test('shapes', () => {
    expect(() => gaussianNLL([[1, 2, 3]], [[0, 1]])).toThrow(
      /predictions \[…, 2k\] or \[…, k \+ 1\] for targets \[1, 3\], got \[1, 2\]/,
    );
    expect(() => tripletMargin([[0]], [[1, 2]])).toThrow(
      /predictions \[n, 3, size\] of anchor, positive and negative, got \[1, 2\]/,
    );
    expect(() => tripletHard([0, 1], [[[1]], [[2]]])).toThrow(/embeddings of shape \[n, size\], got \[2, 1, 1\]/);
    expect(() => ntXent([0, 1, 2], [[1], [2]])).toThrow(/labels of shape \[2\] for predictions \[2, 1\], got \[3\]/);
  });

  test('options', () => {
    expect(() => new NTXent({ temperature: 0 })).toThrow(
      /loss "ntXent"\] expected `temperature` to be a finite number > 0, got 0/,
    );
    expect(() => new GaussianNLL({ epsilon: 0 })).toThrow(/loss "gaussianNLL"\] expected `epsilon`/);
    expect(() => new TripletMargin({ p: 0 })).toThrow(/`p` to be a finite number > 0/);
    for (const Type of [TripletMargin, TripletHard, TripletSemiHard, Contrastive, MulticlassSVM])
      expect(() => new Type({ margin: -1 })).toThrow(/`margin` to be a finite number >= 0, got -1/);
  });
});

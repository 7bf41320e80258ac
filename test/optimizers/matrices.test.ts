/** @file Muon and LAMB, whose steps see whole weights, against plain float64 loops. */

import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { gradients } from '../../src/graph/gradient.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { matmul, mean, square, sub } from '../../src/graph/ops.ts';
import { Variable } from '../../src/graph/variable.ts';
import { LAMB, Muon, type Optimizer } from '../../src/optimizers/index.ts';
import { orthogonalized } from '../../src/optimizers/newton-schulz.ts';
import { expectClose } from '../support/compare.ts';

type Matrix = number[][];
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
const mix = (p: number, a: Matrix, q: number, b: Matrix): Matrix => a.map((row, i) => row.map((x, j) => p * x + q * b[i]![j]!));
const length = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));

function newtonSchulz(x: Matrix, steps: number): Matrix {
  if (x.length > x[0]!.length) return transposed(newtonSchulz(transposed(x), steps));
  let X = x.map((row) => row.map((value) => value / (length(x.flat()) + 1e-7)));
  for (let i = 0; i < steps; i++) {
    const A = product(X, transposed(X));
    X = mix(3.4445, X, 1, product(mix(-4.775, A, 2.0315, product(A, A)), X));
  }
  return X;
}

/** Numbers in [−1, 1] that depend on `seed`. */
const numbers = (rows: number, cols: number, seed: number): Matrix =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: cols }, (_, j) => Math.fround(Math.sin(seed * 7.1 + i * 1.7 + j * 2.9))),
  );

function steps(optimizer: Optimizer, weight: Variable, given: readonly Matrix[]): void {
  const step = jit((g: Node) => {
    optimizer.apply([g], [weight]);
    return {};
  });
  for (const g of given) step(new Tensor(Float32Array.from(g.flat()), weight.shape));
}

describe('orthogonalized', () => {
  test.each([
    [5, 5],
    [3, 8],
    [8, 3],
    [1, 4],
    [4, 1],
  ])('[%i, %i] has the singular vectors, and values near 1', (rows, cols) => {
    const x = numbers(rows, cols, rows);
    const run = jit((node: Node) => orthogonalized(node, 5, [3.4445, -4.775, 2.0315]));
    const got = run(new Tensor(Float32Array.from(x.flat()), [rows, cols]));
    expectClose(got.data, newtonSchulz(x, 5).flat(), { absolute: 2e-5, relative: 1e-5 });
  });

  test('of zeros is zeros', () => {
    const got = jit((node: Node) => orthogonalized(node, 5, [3.4445, -4.775, 2.0315]))(new Tensor(new Float32Array(6), [2, 3]));
    expect([...got.data]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('Muon', () => {
  test.each([
    [4, 6, true, 0.2],
    [6, 4, false, 0.2],
    [3, 3, true, null],
  ] as const)('[%i, %i], nesterov %s, rmsRate %s', (rows, cols, nesterov, rmsRate) => {
    const [rate, decay, mu] = [0.05, 0.1, 0.9];
    const weight = new Variable('kernel', [rows, cols]);
    let w = numbers(rows, cols, 1);
    let m = w.map((row) => row.map(() => 0));
    weight.write(Float32Array.from(w.flat()));
    const given = [2, 3, 4].map((seed) => numbers(rows, cols, seed));
    steps(new Muon({ learningRate: rate, weightDecay: decay, momentum: mu, nesterov, rmsRate }), weight, given);
    for (const g of given) {
      m = mix(mu, m, 1, g);
      const factor = rmsRate === null ? 1 : Math.sqrt(Math.max(rows, cols)) * rmsRate;
      w = mix(1 - rate * decay, w, -rate * factor, newtonSchulz(nesterov ? mix(1, g, mu, m) : m, 5));
    }
    expectClose(weight.view(), w.flat(), { absolute: 1e-5, relative: 1e-5 });
  });

  test('leaves vectors, embeddings and excluded layers to AdamW', () => {
    const optimizer = new Muon({ excludeLayers: ['head'] });
    const shapes = {
      'dense/kernel': [2, 3],
      'dense/bias': [3],
      'embedding/table': [2, 3],
      'head/kernel': [3, 2],
      'conv/kernel': [2, 2, 1, 1],
    };
    optimizer.build(Object.entries(shapes).map(([name, shape]) => new Variable(name, shape)));
    expect(optimizer.variables.slice(2).map(({ name }) => name)).toEqual([
      'dense/kernel/momentum',
      ...['dense/bias', 'embedding/table', 'head/kernel', 'conv/kernel'].flatMap((name) => [
        `${name}/momentum`,
        `${name}/velocity`,
      ]),
    ]);
    expect(() => new Muon({ excludeLayers: [''] })).toThrow(/`excludeLayers` to be a list of parts of names/);
  });

  test('AdamW’s rate is a multiple of its own', () => {
    const [plain, half] = [1, 0.5].map((adamLrRatio) => {
      const bias = new Variable('bias', [2]);
      steps(new Muon({ learningRate: 0.1, adamLrRatio, adamWeightDecay: 0 }), bias, [[[1, -2]]]);
      return [...bias.view()];
    });
    expectClose(plain!, [-0.1, 0.1], { absolute: 1e-5, relative: 0 });
    expectClose(half!, [-0.05, 0.05], { absolute: 1e-5, relative: 0 });
  });

  test('fits a linear map faster than a step per element would', () => {
    const target = new Tensor(Float32Array.from(numbers(6, 4, 9).flat()), [6, 4]);
    const x = new Tensor(Float32Array.from(numbers(16, 6, 5).flat()), [16, 6]);
    const w = new Variable('w', [6, 4]);
    const optimizer = new Muon({ learningRate: (step) => 0.3 / (1 + step / 20), weightDecay: 0 });
    const step = jit(() => {
      const loss = mean(square(sub(matmul(x, w.node), matmul(x, target))));
      optimizer.apply(gradients(loss, [w.node]), [w]);
      return loss;
    });
    const losses = Array.from({ length: 300 }, () => step().item());
    expect(losses[299]! / losses[0]!).toBeLessThan(1e-3);
  });
});

test.each([0, 0.1])('LAMB with a decay of %f that is part of the norm', (normedWeightDecay) => {
  const rate = 0.05;
  const weight = new Variable('kernel', [3, 4]);
  const w = numbers(3, 4, 1).flat();
  weight.write(Float32Array.from(w));
  const given = [2, 3, 4, 5].map((seed) => numbers(3, 4, seed));
  steps(new LAMB({ learningRate: rate, normedWeightDecay, epsilon: 1e-3 }), weight, given);
  const [m, v] = [w.map(() => 0), w.map(() => 0)];
  given.forEach((g, s) => {
    const u = g.flat().map((x, i) => {
      m[i]! += (x - m[i]!) * 0.1;
      v[i]! += (x * x - v[i]!) * 0.001;
      const direction = m[i]! / (1 - 0.9 ** (s + 1)) / (Math.sqrt(v[i]! / (1 - 0.999 ** (s + 1))) + 1e-3);
      return direction + normedWeightDecay * w[i]!;
    });
    const ratio = length(w) / length(u);
    u.forEach((x, i) => {
      w[i]! -= rate * ratio * x;
    });
  });
  expectClose(weight.view(), w, { absolute: 2e-6, relative: 1e-5 });
});

test('LAMB leaves out of its own decay what is excluded', () => {
  const results = [[], ['bias']].map((excludeFromNormedWeightDecay) => {
    const bias = new Variable('bias', [2]);
    bias.write([1, 2]);
    steps(new LAMB({ learningRate: 0.1, normedWeightDecay: 1, excludeFromNormedWeightDecay }), bias, [[[1, 1]]]);
    return [...bias.view()];
  });
  // The direction is (1, 1), or (2, 3) with decay; either is made as long as (1, 2), which is √5.
  const along = (x: number, y: number): number[] => [
    1 - (0.1 * x * Math.sqrt(5)) / Math.hypot(x, y),
    2 - (0.1 * y * Math.sqrt(5)) / Math.hypot(x, y),
  ];
  expectClose(results[0]!, along(2, 3), { absolute: 1e-5, relative: 0 });
  expectClose(results[1]!, along(1, 1), { absolute: 1e-5, relative: 0 });
});

import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor, tensor } from '../../src/base/tensor.ts';
import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { sum } from '../../src/graph/ops.ts';
import { ELU, type Layer, LeakyReLU, Maxout, PReLU, RandomizedReLU, ReLU, Softmax, Swish } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';

const tolerance = { absolute: 1e-6, relative: 1e-6 };

function run(layer: Layer, x: Tensor, training = false): Tensor {
  layer.ensureBuilt([null, ...x.shape.slice(1)]);
  return jit((node: Node) => layer.apply(node, { training }))(x);
}

const row = tensor([[-3, -1, -0.5, 0, 0.5, 1, 3, 7]]);

test('ReLU has the values Keras gives', () => {
  expectClose(run(new ReLU(), row).data, [0, 0, 0, 0, 0.5, 1, 3, 7], tolerance);
  expectClose(
    run(new ReLU({ negativeSlope: 0.1, threshold: 1 }), row).data,
    [-0.4, -0.2, -0.15, -0.1, -0.05, 0, 3, 7],
    tolerance,
  );
  expectClose(run(new ReLU({ negativeSlope: 0.1, maxValue: 2 }), row).data, [-0.3, -0.1, -0.05, 0, 0.5, 1, 2, 2], tolerance);
});

test('LeakyReLU and ELU have the defaults of the layers, not of the functions', () => {
  expectClose(run(new LeakyReLU(), row).data, [-0.9, -0.3, -0.15, 0, 0.5, 1, 3, 7], tolerance);
  expectClose(run(new ELU(), row).data.slice(0, 3), [-3, -1, -0.5].map(Math.expm1), tolerance);
});

test('Softmax over several axes adds up to 1 over all of them', () => {
  const x = new Tensor(
    Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
    [2, 3, 4],
  );
  const y = run(new Softmax({ axis: [1, -1] }), x);
  const totals = [0, 1].map((i) => [...x.data].slice(12 * i, 12 * i + 12).reduce((total, v) => total + Math.exp(v), 0));
  expectClose(
    y.data,
    [...x.data].map((v, i) => Math.exp(v) / totals[Math.floor(i / 12)]!),
    tolerance,
  );
  expectClose(run(new Softmax({ axis: [1] }), x).data, run(new Softmax({ axis: 1 }), x).data, tolerance);
});

describe('RandomizedReLU', () => {
  const x = new Tensor(new Float32Array(4000).fill(-1), [4, 1000]);

  test('draws a slope for each element in training, and its gradient is that slope', () => {
    setSeed(7);
    const layer = new RandomizedReLU({ lower: 0.2, upper: 0.6 });
    const y = run(layer, x, true);
    const slopes = [...y.data].map((v) => -v);
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.2);
    expect(Math.max(...slopes)).toBeLessThan(0.6);
    expect(Math.abs(slopes.reduce((a, b) => a + b) / slopes.length - 0.4)).toBeLessThan(0.01);
    expect(new Set(slopes).size).toBeGreaterThan(3900);
    expect(run(layer, x, true).data).not.toEqual(y.data);
    setSeed(7);
    const again = new RandomizedReLU({ lower: 0.2, upper: 0.6 });
    const { gradients } = valueAndGrad((node: Node) => sum(again.apply(node, { training: true })))(x);
    expectClose(gradients[0]!.data, slopes, tolerance);
  });

  test('has the mean slope otherwise, and leaves positive elements alone', () => {
    expectClose(run(new RandomizedReLU(), tensor([[-1, 2]])).data, [-11 / 48, 2], tolerance);
    expectClose(run(new RandomizedReLU(), tensor([[2, 3]]), true).data, [2, 3], tolerance);
  });
});

test('PReLU has one slope for each place, or for each channel', () => {
  const own = new PReLU();
  run(own, tensor([[1, 2]]));
  own.setWeights([[0.5, 0.25]]);
  expectClose(
    run(
      own,
      tensor([
        [-1, -2],
        [3, -4],
      ]),
    ).data,
    [-0.5, -0.5, 3, -1],
    tolerance,
  );
  const shared = new PReLU({ sharedAxes: [1, 2], alphaInitializer: 'ones' });
  shared.ensureBuilt([null, null, 4, 5]);
  expect(shared.weights.map(({ shape }) => shape)).toEqual([[1, 1, 5]]);
});

test('Swish starts as silu and has one beta, or one for each channel', () => {
  const layer = new Swish();
  expectClose(
    run(layer, row).data,
    [...row.data].map((v) => v / (1 + Math.exp(-v))),
    tolerance,
  );
  layer.setWeights([2]);
  expectClose(
    run(layer, row).data,
    [...row.data].map((v) => v / (1 + Math.exp(-2 * v))),
    tolerance,
  );
  const channels = new Swish({ perChannel: true });
  run(channels, row);
  expect(channels.weights.map(({ shape }) => shape)).toEqual([[8]]);
});

test('Maxout takes the largest of its pieces', () => {
  const layer = new Maxout({ units: 2, pieces: 3 });
  run(layer, tensor([[1, 1]]));
  layer.setWeights([
    [
      [1, 0, -1, 2, 0, 0],
      [0, 1, 0, 0, 1, -3],
    ],
    [0, 0, 0, 0, 0.5, 0],
  ]);
  // Pieces of unit 0: x₀, −x₀, x₁ + ½; of unit 1: x₁, 2x₀, −3x₁.
  expectClose(
    run(
      layer,
      tensor([
        [1, -2],
        [-3, 4],
      ]),
    ).data,
    [1, 6, 4.5, 4],
    tolerance,
  );
});

test('options that make no sense are refused where they are written', () => {
  const refused: readonly (readonly [() => unknown, string])[] = [
    [() => new ReLU({ name: 'r', maxValue: -1 }), '[ReLU "r"] expected `maxValue` to be a number in [0, Infinity], got -1.'],
    [() => new LeakyReLU({ name: 'l', negativeSlope: -0.1 }), '[LeakyReLU "l"] expected `negativeSlope` to be a number in'],
    [() => new ELU({ name: 'e', alpha: -1 }), '[ELU "e"] expected `alpha` to be a number in'],
    [
      () => new PReLU({ name: 'p', sharedAxes: [0] }),
      '[PReLU "p"] expected `sharedAxes` to be a list of positive integers, got [0].',
    ],
    [
      () => new PReLU({ name: 'p', sharedAxes: [4] }).ensureBuilt([null, 2]),
      '[PReLU "p"] expected input with an axis 4, got shape [?, 2].',
    ],
    [() => new PReLU({ name: 'p' }).ensureBuilt([null, null, 2]), '[PReLU "p"] expected a known size of axis 1'],
    [() => new Softmax({ name: 's', axis: [] }), '[Softmax "s"] expected `axis` to be an integer or a list of integers, got [].'],
    [
      () => new RandomizedReLU({ name: 'r', lower: 0.5, upper: 0.1 }),
      '[RandomizedReLU "r"] expected `lower` <= `upper`, got 0.5 and 0.1.',
    ],
    [() => new Maxout({ name: 'm', units: 2, pieces: 0 }), '[Maxout "m"] expected `pieces` to be a positive integer, got 0.'],
    [() => new Swish({ name: 's', betaInitializer: 'one_hot' }), '[Swish "s"] expected the name of an initializer'],
  ];
  for (const [attempt, message] of refused) expect(attempt).toThrow(message);
});

import { describe, expect, test } from 'vitest';
import { Normalization } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';
import { noise } from '../support/models.ts';
import { runLayer, weightNames } from '../support/run-layer.ts';

const near = { absolute: 1e-6, relative: 1e-6 };
const data = [
  [1, 10],
  [3, 10],
  [5, 40],
];

describe('Normalization', () => {
  test('does nothing before it has seen data', () => {
    expect([...runLayer(new Normalization(), data).data]).toEqual(data.flat());
  });

  test('adapted brings each feature to mean 0 and variance 1', () => {
    const layer = new Normalization();
    layer.adapt(data);
    expect(weightNames(layer)).toEqual(['mean', 'variance']);
    expectClose(
      layer.getWeights().flatMap((weight) => [...weight.data]),
      [3, 20, 8 / 3, 200],
      near,
    );
    const deviations = [Math.sqrt(8 / 3), Math.sqrt(200)];
    const expected = data.flatMap(([a, b]) => [(a! - 3) / deviations[0]!, (b! - 20) / deviations[1]!]);
    expectClose(runLayer(layer, data).data, expected, near);
    expect(layer.trainableWeights).toEqual([]);
  });

  test('starts over when it is adapted again', () => {
    const layer = new Normalization();
    layer.adapt(noise([5, 2]));
    layer.adapt(data);
    expectClose(layer.getWeights()[0]!.data, [3, 20], near);
  });

  test('takes one mean of all numbers, or one for each place along several axes', () => {
    const all = new Normalization({ axis: null });
    all.adapt(data);
    expectClose(all.getWeights()[0]!.data, [11.5], near);
    expect(all.getWeights()[0]!.shape).toEqual([]);
    const places = new Normalization({ axis: [1, 3] });
    const x = noise([3, 2, 4, 2]);
    places.adapt(x);
    expect(places.getWeights()[0]!.shape).toEqual([2, 2]);
    const mean = (a: number, c: number): number =>
      Array.from(x.data).reduce((total, v, i) => total + (Math.floor(i / 8) % 2 === a && i % 2 === c ? v / 12 : 0), 0);
    expectClose(places.getWeights()[0]!.data, [mean(0, 0), mean(0, 1), mean(1, 0), mean(1, 1)], near);
    expectClose([Array.from(runLayer(places, x).data).reduce((a, b) => a + b, 0)], [0], { absolute: 1e-4, relative: 0 });
  });

  test('takes mean and variance as options, and goes back when inverted', () => {
    const options = { mean: [1, 2], variance: 4 };
    const there = new Normalization(options);
    const y = runLayer(there, [[3, 0]]);
    expect([...y.data]).toEqual([1, -1]);
    expect([...runLayer(new Normalization({ ...options, invert: true }), y).data]).toEqual([3, 0]);
    expect(there.weights).toEqual([]);
  });

  test('turns a feature that never changes into 0', () => {
    const layer = new Normalization();
    layer.adapt([[7], [7]]);
    expect([...runLayer(layer, [[7]]).data]).toEqual([0]);
  });

  test('refuses half of the statistics, and those that do not fit', () => {
    expect(() => new Normalization({ mean: 1 })).toThrow(/`mean` and `variance` together, got no `variance`/);
    expect(() => new Normalization({ mean: [1, 2, 3], variance: 1 }).ensureBuilt([null, 2])).toThrow(
      /`mean` to be a number or of shape \[2\]/,
    );
    expect(() => new Normalization({ mean: 1, variance: -1 }).ensureBuilt([null, 2])).toThrow(/`variance` of numbers >= 0/);
    expect(() => new Normalization({ mean: 1, variance: 1 }).adapt(data)).toThrow(/without options `mean` and `variance`/);
    expect(() => new Normalization().adapt([[Infinity]])).toThrow(/finite numbers in `data`/);
  });
});

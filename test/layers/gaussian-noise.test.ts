import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { GaussianNoise } from '../../src/layers/index.ts';
import { noise } from '../support/models.ts';
import { runLayer } from '../support/run-layer.ts';

const n = 100_000;
const twos = new Tensor(new Float32Array(n).fill(2), [n]);

describe('GaussianNoise', () => {
  test('in training adds numbers of the standard deviation it is given', () => {
    const y = Array.from(runLayer(new GaussianNoise({ stddev: 0.3, seed: 1 }), twos, true).data);
    const mean = y.reduce((total, value) => total + value, 0) / n;
    const deviation = Math.sqrt(y.reduce((total, value) => total + (value - mean) ** 2, 0) / n);
    const expected = 0.3;
    // Four standard deviations of the mean and of the deviation.
    expect(Math.abs(mean - 2)).toBeLessThan((4 * expected) / Math.sqrt(n));
    expect(Math.abs(deviation - expected)).toBeLessThan((4 * expected) / Math.sqrt(2 * n));
  });

  test('draws other numbers in every run, the same ones for the same seed', () => {
    const layer = new GaussianNoise({ stddev: 0.3, seed: 3 });
    const first = runLayer(layer, twos, true).data;
    expect(runLayer(layer, twos, true).data).not.toEqual(first);
    expect(runLayer(new GaussianNoise({ stddev: 0.3, seed: 3 }), twos, true).data).toEqual(first);
  });

  test('does nothing in use, and refuses what is no such number', () => {
    const x = noise([3, 4]);
    expect(runLayer(new GaussianNoise(0.3), x).data).toEqual(x.data);
    expect(() => new GaussianNoise(1.5)).toThrow(/`stddev` to be a number in \[0, 1\], got 1.5/);
  });
});

import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { GaussianDropout } from '../../src/layers/index.ts';
import { noise } from '../support/models.ts';
import { runLayer } from '../support/run-layer.ts';

const n = 100_000;
const twos = new Tensor(new Float32Array(n).fill(2), [n]);

describe('GaussianDropout', () => {
  test('in training multiplies by numbers of mean 1 and variance rate/(1 − rate)', () => {
    const y = Array.from(runLayer(new GaussianDropout({ rate: 0.2, seed: 1 }), twos, true).data);
    const mean = y.reduce((total, value) => total + value, 0) / n;
    const deviation = Math.sqrt(y.reduce((total, value) => total + (value - mean) ** 2, 0) / n);
    const expected = 1;
    // Four standard deviations of the mean and of the deviation.
    expect(Math.abs(mean - 2)).toBeLessThan((4 * expected) / Math.sqrt(n));
    expect(Math.abs(deviation - expected)).toBeLessThan((4 * expected) / Math.sqrt(2 * n));
  });

  test('draws other numbers in every run, the same ones for the same seed', () => {
    const layer = new GaussianDropout({ rate: 0.2, seed: 3 });
    const first = runLayer(layer, twos, true).data;
    expect(runLayer(layer, twos, true).data).not.toEqual(first);
    expect(runLayer(new GaussianDropout({ rate: 0.2, seed: 3 }), twos, true).data).toEqual(first);
  });

  test('does nothing in use, and refuses what is no such number', () => {
    const x = noise([3, 4]);
    expect(runLayer(new GaussianDropout(0.2), x).data).toEqual(x.data);
    expect(() => new GaussianDropout(1)).toThrow(/`rate` below 1, got 1/);
  });
});

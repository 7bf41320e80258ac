import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { AlphaDropout } from '../../src/layers/index.ts';
import { noise } from '../support/models.ts';
import { runLayer } from '../support/run-layer.ts';

const n = 100_000;

describe('AlphaDropout', () => {
  test.each([0.1, 0.5])('at rate %f keeps mean 0 and variance 1, and drops its share to one value', (rate) => {
    setSeed(1);
    // Uniform numbers of variance 1.
    const x = new Tensor(
      Float32Array.from(noise([n]).data, (v) => v * Math.sqrt(3)),
      [n, 1],
    );
    const y = Array.from(runLayer(new AlphaDropout(rate), x, true).data);
    const a = ((1 - rate) * (1 + rate * 1.7580993408473766 ** 2)) ** -0.5;
    const dropped = a * -1.7580993408473766 * (1 - rate);
    const share = y.filter((value) => Math.abs(value - dropped) < 1e-6).length / n;
    expect(Math.abs(share - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / n) + 1e-4);
    const mean = y.reduce((total, value) => total + value, 0) / n;
    const variance = y.reduce((total, value) => total + (value - mean) ** 2, 0) / n;
    // Four standard deviations of a mean of n numbers of variance 1; a variance varies by about √2 of that.
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    // Elements that are kept only go through a·x + b.
    const b = -a * -1.7580993408473766 * rate;
    const wrong = y.findIndex((value, i) => Math.abs(value - dropped) >= 1e-6 && Math.abs(value - (a * x.data[i]! + b)) > 1e-6);
    expect(wrong).toBe(-1);
  });

  test('draws once for all that share a place of the noise', () => {
    const layer = new AlphaDropout({ rate: 0.5, noiseShape: [null, 1], seed: 1 });
    const y = Array.from(runLayer(layer, new Tensor(new Float32Array(400).fill(2), [100, 4]), true).data);
    const rows = Array.from({ length: 100 }, (_, r) => new Set(y.slice(4 * r, 4 * r + 4)));
    expect(rows.every((row) => row.size === 1)).toBe(true);
    expect(new Set(y).size).toBe(2);
  });

  test('does nothing in use, and refuses to drop everything', () => {
    const x = noise([3, 4]);
    expect(runLayer(new AlphaDropout(0.5), x).data).toEqual(x.data);
    expect(() => new AlphaDropout(1)).toThrow(/`rate` below 1, got 1/);
    expect(() => new AlphaDropout(-0.1)).toThrow(/`rate` to be a number in \[0, 1\], got -0.1/);
  });
});

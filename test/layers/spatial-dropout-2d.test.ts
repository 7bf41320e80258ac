import { expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { SpatialDropout2D } from '../../src/layers/index.ts';
import { noise } from '../support/models.ts';
import { runLayer } from '../support/run-layer.ts';

test('SpatialDropout2D drops whole channels of a sample, and each on its own', () => {
  const x = new Tensor(new Float32Array(20 * 15 * 4).fill(1), [20, 5, 3, 4]);
  const y = Array.from(runLayer(new SpatialDropout2D({ rate: 0.5, seed: 1 }), x, true).data);
  const channels = Array.from({ length: 80 }, (_, i) =>
    Array.from({ length: 15 }, (_at, place) => y[Math.floor(i / 4) * 60 + place * 4 + (i % 4)]!),
  );
  expect(channels.every((values) => values.every((value) => value === values[0]))).toBe(true);
  const kept = channels.filter(([value]) => value === 2).length;
  expect(channels.filter(([value]) => value === 0).length).toBe(80 - kept);
  // Four standard deviations of a share of 80.
  expect(Math.abs(kept - 40)).toBeLessThan(4 * Math.sqrt(20));
});

test('SpatialDropout2D does nothing in use, and refuses inputs of another rank', () => {
  const x = noise([20, 5, 3, 4]);
  expect(runLayer(new SpatialDropout2D(0.5), x).data).toEqual(x.data);
  expect(() => new SpatialDropout2D(0.5).ensureBuilt([null, 3, 4])).toThrow(/channels\], got shape/);
  expect(() => new SpatialDropout2D(2)).toThrow(/`rate` to be a number in \[0, 1\], got 2/);
});

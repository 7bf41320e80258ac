import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { jit } from '../../src/graph/jit.ts';
import { Dropout } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { noise } from '../support/models.ts';
import { runLayer } from '../support/run-layer.ts';

const n = 100_000;
const ones = new Float32Array(n).fill(1);

/** What a layer makes of `size` ones in each of several training runs. */
function runs(layer: Dropout, count = 1, size = n): Float32Array[] {
  const run = jit((x) => layer.call(x, { training: true }));
  return Array.from({ length: count }, () => run(ones.subarray(0, size)).data as Float32Array);
}

describe('Dropout in training', () => {
  test.each([0.1, 0.25, 0.5, 0.9])('zeroes a share of %f and scales up the rest', (rate) => {
    setSeed(1);
    const [result] = runs(new Dropout(rate));
    const kept = result!.filter((value) => value !== 0);
    // The scale is worked out in float32.
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / Math.fround(1 - Math.fround(rate)))]));
    // Four standard deviations of a share of n.
    expect(Math.abs(1 - kept.length / n - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / n));
  });

  test('drops nothing at rate 0 and everything at rate 1', () => {
    expect(runs(new Dropout(0))[0]!.every((value) => value === 1)).toBe(true);
    expect(runs(new Dropout(1))[0]!.every((value) => value === 0)).toBe(true);
  });

  test('drops others in every run, independently', () => {
    setSeed(1);
    const [first, second] = runs(new Dropout(0.5), 2);
    const same = first!.filter((value, i) => value === second![i]).length;
    expect(Math.abs(same / n - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / n));
  });

  test('drops others in every layer, and neighbours independently', () => {
    setSeed(1);
    const [a, b] = [runs(new Dropout(0.5))[0]!, runs(new Dropout(0.5))[0]!];
    const share = (count: number): number => Math.abs(count / n - 0.5);
    expect(share(a.filter((value, i) => value === b[i]).length)).toBeLessThan(4 * Math.sqrt(0.25 / n));
    for (const distance of [1, 2, 4]) {
      const same = a.filter((value, i) => value === a[(i + distance) % n]).length;
      expect(share(same)).toBeLessThan(4 * Math.sqrt(0.25 / n));
    }
  });

  test('follows from the common seed, or from a seed of its own', () => {
    const masks = (make: () => Dropout): Float32Array[] => runs(make(), 3, 500);
    setSeed(5);
    const common = masks(() => new Dropout(0.5));
    setSeed(5);
    expect(masks(() => new Dropout(0.5))).toEqual(common);
    const own = masks(() => new Dropout({ rate: 0.5, seed: 9 }));
    setSeed(6);
    expect(masks(() => new Dropout({ rate: 0.5, seed: 9 }))).toEqual(own);
    expect(masks(() => new Dropout({ rate: 0.5, seed: 10 }))).not.toEqual(own);
    expect(own).not.toEqual(common);
  });

  test('with a seed of its own takes nothing from the common one', () => {
    setSeed(5);
    const alone = runs(new Dropout(0.5), 1, 500);
    setSeed(5);
    new Dropout({ rate: 0.5, seed: 1 });
    expect(runs(new Dropout(0.5), 1, 500)).toEqual(alone);
  });
});

test('Dropout in use changes nothing, and draws nothing', async () => {
  const layer = new Dropout({ rate: 0.5, seed: 1 });
  const [expected] = runs(new Dropout({ rate: 0.5, seed: 1 }), 1, 500);
  const model = new Sequential([layer], { inputShape: [7] });
  const x = noise([5, 7]);
  expect((await model.predict(x)).data).toEqual(x.data);
  expect(runs(layer, 1, 500)[0]).toEqual(expected);
  expect(layer.weights).toEqual([]);
});

describe('Dropout with a noise shape', () => {
  test('draws once for all places that share a 1', () => {
    const x = new Tensor(new Float32Array(1200).fill(1), [20, 15, 4]);
    const y = Array.from(runLayer(new Dropout({ rate: 0.5, noiseShape: [null, 1, 4], seed: 1 }), x, true).data);
    const first = (i: number): number => y[Math.floor(i / 60) * 60 + (i % 4)]!;
    expect(y.every((value, i) => value === first(i))).toBe(true);
    const kept = Array.from({ length: 80 }, (_, i) => first(Math.floor(i / 4) * 60 + (i % 4))).filter((value) => value === 2);
    // Four standard deviations of a share of 80.
    expect(Math.abs(kept.length - 40)).toBeLessThan(4 * Math.sqrt(20));
  });

  test('refuses one that does not stretch to the inputs, or is none', () => {
    const layer = new Dropout({ rate: 0.5, noiseShape: [null, 2] });
    expect(() => runLayer(layer, [[1, 2, 3]], true)).toThrow(/`noiseShape` to stretch to inputs \[1, 3\], got \[\?, 2\]/);
    expect(() => new Dropout({ rate: 0.5, noiseShape: [0] })).toThrow(/`noiseShape` to be a list of positive integers/);
  });
});

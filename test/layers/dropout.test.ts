import { describe, expect, test } from 'vitest';
import { setSeed } from '../../src/base/seed.ts';
import { jit } from '../../src/graph/jit.ts';
import { Dropout } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { noise } from '../support/models.ts';

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

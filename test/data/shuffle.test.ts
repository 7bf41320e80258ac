import { describe, expect, test } from 'vitest';
import { type KeySource, sourceFrom } from '../../src/base/seed.ts';
import { sequence, shuffle } from '../../src/data/shuffle.ts';

const shuffled = (n: number, source: KeySource): Int32Array => {
  const indices = sequence(n);
  shuffle(indices, source);
  return indices;
};

test('a sequence counts from 0', () => {
  expect([0, 1, 4].map((n) => [...sequence(n)])).toEqual([[], [0], [0, 1, 2, 3]]);
});

describe('shuffling', () => {
  test('keeps every index and follows from the seed', () => {
    const first = shuffled(100, sourceFrom(1));
    expect([...first].sort((a, b) => a - b)).toEqual([...sequence(100)]);
    expect(shuffled(100, sourceFrom(1))).toEqual(first);
    expect(shuffled(100, sourceFrom(2))).not.toEqual(first);
    for (const n of [0, 1]) expect(shuffled(n, sourceFrom(1))).toEqual(sequence(n));
  });

  test('gives every order of four about as often', () => {
    const source = sourceFrom('orders');
    const counts = new Map<string, number>();
    const rounds = 12_000;
    for (let i = 0; i < rounds; i++) {
      const order = String(shuffled(4, source));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Chi-squared with 23 degrees of freedom is below 49.7 in 99.9 % of all cases.
    const expected = rounds / 24;
    expect([...counts.values()].reduce((total, count) => total + (count - expected) ** 2 / expected, 0)).toBeLessThan(49.7);
  });

  test('reaches the ends of its range', () => {
    const constant = (value: number): KeySource => ({ ...sourceFrom(0), key: () => [0, 0], uniform: () => value });
    expect([...shuffled(4, constant(0))]).toEqual([1, 2, 3, 0]);
    expect([...shuffled(4, constant(1 - 2 ** -53))]).toEqual([0, 1, 2, 3]);
  });
});

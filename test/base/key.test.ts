import { expect, test } from 'vitest';
import { keyOf } from '../../src/base/key.ts';

test('numbers that compute differently have different keys', () => {
  const numbers = [0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  expect(new Set(numbers.map((value) => keyOf({ value }))).size).toBe(numbers.length);
});

test('equal content gives equal keys', () => {
  expect(keyOf({ axes: [0, 1], scale: 0.5 })).toBe(keyOf({ axes: [0, 1], scale: 0.5 }));
  expect(keyOf([1, '2'])).not.toBe(keyOf([1, 2]));
  expect(keyOf(null)).not.toBe(keyOf(undefined));
});

test('instances are compared by identity', () => {
  const [a, b] = [new Map(), new Map()];
  expect(keyOf({ a })).toBe(keyOf({ a }));
  expect(keyOf({ a })).not.toBe(keyOf({ a: b }));
});

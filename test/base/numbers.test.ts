import { expect, test } from 'vitest';
import { finite, notNegative, positive, wholeNumber, within } from '../../src/base/numbers.ts';

test('values that fit are returned', () => {
  expect(finite('f', 'x', -2.5)).toBe(-2.5);
  expect(notNegative('f', 'x', 0)).toBe(0);
  expect(positive('f', 'x', 1e-30)).toBe(1e-30);
  expect(wholeNumber('f', 'x', 3, 3)).toBe(3);
  expect([within('f', 'x', 0, 0, 1), within('f', 'x', 1, 0, 1)]).toEqual([0, 1]);
});

test('others are refused by name', () => {
  expect(() => finite('f', 'x', Number.NaN)).toThrow('[f] expected `x` to be a finite number, got NaN.');
  expect(() => notNegative('f', 'x', -1)).toThrow('[f] expected `x` to be a finite number >= 0, got -1.');
  expect(() => notNegative('f', 'x', Number.POSITIVE_INFINITY)).toThrow(/got Infinity/);
  expect(() => positive('f', 'x', 0)).toThrow('[f] expected `x` to be a finite number > 0, got 0.');
  expect(() => positive('f', 'x', '1' as unknown as number)).toThrow(/got "1"/);
  expect(() => wholeNumber('f', 'x', 2, 3)).toThrow('[f] expected `x` to be an integer >= 3, got 2.');
  expect(() => wholeNumber('f', 'x', 3.5, 3)).toThrow(/got 3\.5/);
  expect(() => within('f', 'x', 1.1, 0, 1)).toThrow('[f] expected `x` to be a number in [0, 1], got 1.1.');
  expect(() => within('f', 'x', Number.NaN, 0, 1)).toThrow(/got NaN/);
});

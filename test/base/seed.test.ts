import { afterEach, describe, expect, test } from 'vitest';
import { globalSource, type Seed, setSeed, sourceFrom } from '../../src/base/seed.ts';

const draw = (seed: Seed): unknown[] => {
  const source = sourceFrom(seed);
  return [source.key(), source.uniform(), source.key(), source.uniform()];
};

afterEach(() => setSeed('anything'));

describe('a seed', () => {
  test('determines keys and numbers', () => {
    expect(draw(42)).toEqual(draw(42));
    expect(draw('42')).toEqual(draw(42));
    const different = [0, -0.5, 1, 42, 'a', '', 'A', 1e300].map((seed) => JSON.stringify(draw(seed)));
    expect(new Set(different).size).toBe(different.length);
  });

  test('has keys of two words of 32 bits, and numbers in [0, 1) that are spread evenly', () => {
    const source = sourceFrom(1);
    const keys = Array.from({ length: 1000 }, () => source.key());
    expect(keys.flat().every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32)).toBe(true);
    expect(keys.flat().some((word) => word > 2 ** 31)).toBe(true);
    expect(new Set(keys.map(String)).size).toBe(1000);
    const numbers = Array.from({ length: 10_000 }, () => source.uniform());
    expect(numbers.every((value) => value >= 0 && value < 1)).toBe(true);
    // The mean of n uniform numbers has a standard deviation of √(1/12n) = 0.0029.
    expect(Math.abs(numbers.reduce((a, b) => a + b) / 10_000 - 0.5)).toBeLessThan(0.0116);
  });

  test('stays the same from version to version', () => {
    // The value that seedrandom documents; another stream would change every result a user has noted.
    expect(sourceFrom('hello.').uniform()).toBe(0.9282578795792454);
  });

  test.each([undefined, null, {}, true, Number.NaN, Symbol.iterator])('%s is refused', (seed) => {
    expect(() => setSeed(seed as Seed)).toThrow(/^\[setSeed\] expected `seed` to be a string or a number, got /);
  });
});

describe('setSeed', () => {
  test('starts the common source over', () => {
    setSeed(7);
    const first = [globalSource().key(), globalSource().uniform()];
    const later = globalSource().key();
    setSeed(7);
    expect([globalSource().key(), globalSource().uniform()]).toEqual(first);
    expect(globalSource().key()).toEqual(later);
  });

  test('that is refused leaves the source as it was', () => {
    setSeed(7);
    const expected = sourceFrom(7).key();
    expect(() => setSeed(Number.NaN)).toThrow();
    expect(globalSource().key()).toEqual(expected);
  });
});

/** @file Powers and cosines made of plain arithmetic against the engine's own. */

import { expect, test } from 'vitest';
import { cosPi, power } from '../../src/schedules/portable-math.ts';

const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.max(Math.abs(wanted), 1e-300);

test('powers are within 1e-13 of the engine', () => {
  for (const x of [1e-6, 0.1, 0.5, 0.9, 0.96, 0.999999, 1, 1.0001, Math.SQRT2, 2, 10, 12345]) {
    for (const y of [-30.5, -2, -0.5, 0, 0.004, 0.3, 0.5, 1, 1.5, 3, 17.25, 40]) {
      expect(relative(power(x, y), x ** y), `${x} ** ${y}`).toBeLessThan(1e-13);
    }
  }
  expect([power(0, 0), power(0, 0.5), power(0, 2), power(2, 10), power(0.5, -3)]).toEqual([1, 0, 0, 1024, 8]);
});

test('powers at the ends of the range', () => {
  expect([power(1e-10, 100.5), power(1e10, 100.5)]).toEqual([0, Number.POSITIVE_INFINITY]);
});

test('cosines are within 2e-15 of the engine', () => {
  for (let i = 0; i <= 4000; i++) {
    const x = i / 1000;
    expect(Math.abs(cosPi(x) - Math.cos(Math.PI * x)), `cos(π·${x})`).toBeLessThan(2e-15);
  }
  expect([cosPi(0), cosPi(0.5), cosPi(1), cosPi(2)]).toEqual([1, 0, -1, 1]);
});

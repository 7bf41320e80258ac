import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/base/fail.ts';
import {
  broadcastShapes,
  bytesOf,
  fitsShape,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  sizeOf,
  stridesOf,
} from '../../src/base/shape.ts';

test('a shape has a size, strides and a text', () => {
  expect([[], [5], [2, 3], [2, 0, 3]].map(sizeOf)).toEqual([1, 5, 6, 0]);
  expect([[], [5], [2, 3, 4], [2, 0, 3]].map(stridesOf)).toEqual([[], [1], [12, 4, 1], [0, 3, 1]]);
  expect([[], [null, 3], [2]].map(formatShape)).toEqual(['[]', '[?, 3]', '[2]']);
  expect((['float32', 'int32', 'uint8'] as const).map(bytesOf)).toEqual([4, 4, 1]);
});

test('shapes are the same only in every size', () => {
  expect([sameShape([], []), sameShape([2, 3], [2, 3]), sameShape([2, 3], [3, 2]), sameShape([2], [2, 1])]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

describe('fitting', () => {
  test.each([
    [[32, 5], [null, 5], true],
    [[null, 5], [null, 5], true],
    [[7, 5], [32, 5], true],
    [[32, 6], [null, 5], false],
    [[32, 6], [null, null], true],
    [[32, null], [null, 5], true],
    [[32], [null, 5], false],
    [[32, 5, 1], [null, 5], false],
  ])('%j as %j: %s', (shape, expected, fits) => expect(fitsShape(shape, expected)).toBe(fits));
});

describe('broadcasting', () => {
  test.each([
    [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[], [4], [4]],
    [[1], [0], [0]],
    [
      [5, 1, 4],
      [3, 1],
      [5, 3, 4],
    ],
  ])('%j and %j make %j', (a, b, result) => {
    expect(broadcastShapes('add', a, b)).toEqual(result);
    expect(broadcastShapes('add', b, a)).toEqual(result);
  });

  test('is refused with both shapes where sizes differ', () => {
    expect(() => broadcastShapes('add', [2, 3], [2])).toThrow(
      new ShapeError('[add] expected shapes that broadcast together, got [2, 3] and [2].'),
    );
    expect(() => broadcastShapes('add', [0], [3])).toThrow(ShapeError);
  });
});

describe('an axis', () => {
  test('counts from the front or from the end', () => {
    expect([0, 2, -1, -3].map((axis) => normalizeAxis('sum', axis, 3))).toEqual([0, 2, 2, 0]);
    expect(normalizeAxes('sum', [-1, 0, 2], 3)).toEqual([0, 2]);
    expect(normalizeAxes('sum', 1, 3)).toEqual([1]);
    expect(normalizeAxes('sum', undefined, 3)).toEqual([0, 1, 2]);
    expect(normalizeAxes('sum', null, 2)).toEqual([0, 1]);
    expect(normalizeAxes('sum', [], 2)).toEqual([]);
  });

  test.each([3, -4, 0.5, Number.NaN])('%s is refused in rank 3', (axis) => {
    expect(() => normalizeAxis('sum', axis, 3)).toThrow(`[sum] expected \`axis\` to be an integer in [-3, 2], got ${axis}.`);
  });
});

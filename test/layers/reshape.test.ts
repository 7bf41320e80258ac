import { describe, expect, test } from 'vitest';
import { Reshape } from '../../src/layers/index.ts';
import { runLayer } from '../support/run-layer.ts';

describe('Reshape', () => {
  test.each([
    [
      [3, 2],
      [null, 6],
      [null, 3, 2],
    ],
    [[-1], [null, 2, 3], [null, 6]],
    [
      [2, null],
      [4, 6],
      [4, 2, 3],
    ],
    [
      [-1, 2],
      [null, null, 3],
      [null, null, 2],
    ],
    [[], [null, 1], [null]],
  ])('to %j turns %j into %j', (targetShape, input, output) => {
    expect(new Reshape({ targetShape }).ensureBuilt(input)).toEqual(output);
  });

  test('keeps the elements in order', () => {
    const y = runLayer(new Reshape({ targetShape: [2, -1] }), [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    expect([y.shape, [...y.data]]).toEqual([
      [2, 2, 2],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ]);
  });

  test('refuses shapes that do not hold a sample, and what is no shape', () => {
    expect(() => new Reshape({ targetShape: [4] }).ensureBuilt([null, 6])).toThrow(
      /fill `targetShape` \[4\], got samples of 6 elements/,
    );
    expect(() => new Reshape({ targetShape: [4, -1] }).ensureBuilt([null, 6])).toThrow(/fill `targetShape` \[4, -1\]/);
    expect(() => new Reshape({ targetShape: [-1, -1] })).toThrow(/one of which may be -1, got \[-1, -1\]/);
    expect(() => new Reshape({ targetShape: [0] })).toThrow(/a list of positive integers/);
    expect(() => new Reshape({} as never)).toThrow(/`targetShape` to be a list of positive integers, .* got undefined/);
  });
});

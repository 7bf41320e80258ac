import { expect, test } from 'vitest';
import { Permute } from '../../src/layers/index.ts';
import { runLayer } from '../support/run-layer.ts';

test('Permute puts the axes of a sample into another order', () => {
  const y = runLayer(new Permute({ dims: [2, 1] }), [
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ]);
  expect([y.shape, [...y.data]]).toEqual([
    [1, 3, 2],
    [1, 4, 2, 5, 3, 6],
  ]);
  expect(new Permute({ dims: [3, 1, 2] }).ensureBuilt([null, 4, null, 6])).toEqual([null, 6, 4, null]);
});

test.each([[[0, 1]], [[1, 3]], [[1, 1]], ['12']])('Permute refuses %j, which is no permutation', (dims) => {
  expect(() => new Permute({ dims: dims as never })).toThrow(/`dims` to be a permutation of 1, 2, …/);
});

test('Permute refuses inputs of another rank', () => {
  expect(() => new Permute({ dims: [2, 1] }).ensureBuilt([null, 3])).toThrow(/rank 3, for 2 `dims`, got shape \[\?, 3\]/);
});

import { expect, test } from 'vitest';
import { RepeatVector } from '../../src/layers/index.ts';
import { runLayer } from '../support/run-layer.ts';

test('RepeatVector repeats each sample on an axis of its own', () => {
  const y = runLayer(new RepeatVector(2), [
    [1, 2],
    [3, 4],
  ]);
  expect([y.shape, [...y.data]]).toEqual([
    [2, 2, 2],
    [1, 2, 1, 2, 3, 4, 3, 4],
  ]);
});

test('RepeatVector refuses what is no count, and inputs that are no vectors', () => {
  expect(() => new RepeatVector({ n: 0 })).toThrow(/`n` to be a positive integer, got 0/);
  expect(() => new RepeatVector(2).ensureBuilt([null, 2, 3])).toThrow(/inputs \[batch, features\], got shape \[\?, 2, 3\]/);
});

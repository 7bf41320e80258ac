import { describe, expect, test } from 'vitest';
import { CategoryEncoding } from '../../src/layers/index.ts';
import { runLayer } from '../support/run-layer.ts';

const tokens = [
  [0, 2, 2],
  [3, 3, 3],
];

describe('CategoryEncoding', () => {
  test("as 'multiHot' marks what occurs, as 'count' says how often", () => {
    const marked = runLayer(new CategoryEncoding({ numTokens: 4 }), tokens);
    expect([marked.shape, [...marked.data]]).toEqual([
      [2, 4],
      [1, 0, 1, 0, 0, 0, 0, 1],
    ]);
    const counted = runLayer(new CategoryEncoding({ numTokens: 4, outputMode: 'count' }), tokens);
    expect([...counted.data]).toEqual([1, 0, 2, 0, 0, 0, 0, 3]);
  });

  test("as 'oneHot' gives each number a row, in place of a last axis of 1", () => {
    const layer = new CategoryEncoding({ numTokens: 3, outputMode: 'oneHot' });
    expect([...runLayer(layer, [[2], [0]]).data]).toEqual([0, 0, 1, 1, 0, 0]);
    expect(layer.ensureBuilt([null, 1])).toEqual([null, 3]);
    expect(layer.ensureBuilt([null, 5])).toEqual([null, 5, 3]);
    expect(layer.ensureBuilt([null])).toEqual([null, 3]);
    expect([...runLayer(layer, Int32Array.of(1)).data]).toEqual([0, 1, 0]);
  });

  test('leaves out numbers that are no tokens', () => {
    expect([...runLayer(new CategoryEncoding({ numTokens: 2 }), [[-1, 7, 1]]).data]).toEqual([0, 1]);
  });

  test('knows its modes in other spellings, and refuses others', () => {
    expect(new CategoryEncoding({ numTokens: 2, outputMode: 'multi_hot' as never }).outputMode).toBe('multiHot');
    expect(() => new CategoryEncoding({ numTokens: 2, outputMode: 'counts' as never })).toThrow(/did you mean 'count'/);
    expect(() => new CategoryEncoding({ numTokens: 0 })).toThrow(/`numTokens` to be a positive integer, got 0/);
  });
});

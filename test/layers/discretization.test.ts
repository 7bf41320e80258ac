import { describe, expect, test } from 'vitest';
import { Discretization } from '../../src/layers/index.ts';
import { noise } from '../support/models.ts';
import { runLayer } from '../support/run-layer.ts';

describe('Discretization', () => {
  test('numbers the bins from 0, a boundary belonging to the bin above it', () => {
    const y = runLayer(new Discretization({ binBoundaries: [0, 1] }), [[-5, 0, 0.5, 1, 9]]);
    expect([y.dtype, [...y.data]]).toEqual(['int32', [0, 1, 1, 2, 2]]);
  });

  test('encodes the bins like categories', () => {
    const layer = new Discretization({ binBoundaries: [0], outputMode: 'count' });
    expect([...runLayer(layer, [[-1, -2, 3]]).data]).toEqual([2, 1]);
    const rows = new Discretization({ binBoundaries: [0], outputMode: 'oneHot' });
    expect([...runLayer(rows, [[-1], [1]]).data]).toEqual([1, 0, 0, 1]);
  });

  test('finds boundaries that make bins about equally full', () => {
    const layer = new Discretization({ numBins: 4 });
    layer.adapt([
      [-1.5, 1, 3.4, 0.5],
      [0, 3, 1.3, 0],
    ]);
    expect([...layer.getWeights()[0]!.data]).toEqual([0, 0.5, Math.fround(1.3)]);
    const x = noise([400, 3]);
    layer.adapt([[0, 0, 0, 1]]);
    const many = new Discretization({ numBins: 5 });
    many.adapt(x);
    const bins = Array.from(runLayer(many, x).data);
    for (const bin of [0, 1, 2, 3, 4]) expect(Math.abs(bins.filter((b) => b === bin).length - 240)).toBeLessThanOrEqual(1);
  });

  test('keeps boundaries it found among its weights', () => {
    const layer = new Discretization({ numBins: 2 });
    layer.adapt([[1], [2], [3], [4]]);
    const other = new Discretization({ numBins: 2 });
    other.ensureBuilt([null, 1]);
    other.setWeights(layer.getWeights());
    expect([...runLayer(other, [[1], [2], [3]]).data]).toEqual([0, 1, 1]);
    expect(layer.trainableWeights).toEqual([]);
  });

  test('refuses to work before it knows its boundaries', () => {
    expect(() => runLayer(new Discretization({ numBins: 2 }), [[1]])).toThrow(/boundaries, got none. Hint: call adapt\(data\)/);
    expect(() => new Discretization({ binBoundaries: [0] }).adapt([[1]])).toThrow(/a layer with `numBins`/);
    expect(() => new Discretization({ numBins: 2 }).adapt([[Number.NaN]])).toThrow(/finite numbers in `data`/);
  });

  test('refuses bad options', () => {
    expect(() => new Discretization({})).toThrow(/either `binBoundaries` or `numBins`, got neither/);
    expect(() => new Discretization({ numBins: 2, binBoundaries: [1] })).toThrow(/got both/);
    expect(() => new Discretization({ numBins: 1 })).toThrow(/`numBins` to be an integer >= 2, got 1/);
    expect(() => new Discretization({ binBoundaries: [1, 1] })).toThrow(/ascending numbers, got \[1, 1\]/);
  });
});

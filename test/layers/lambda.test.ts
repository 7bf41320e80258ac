import { describe, expect, test } from 'vitest';
import * as ops from '../../src/graph/ops.ts';
import { Lambda } from '../../src/layers/index.ts';
import { runLayer } from '../support/run-layer.ts';

describe('Lambda', () => {
  test('applies a function of nodes', () => {
    expect([...runLayer(new Lambda((x) => ops.square(x)), [[1, -3]]).data]).toEqual([1, 9]);
  });

  test('finds out the shape of the outputs, where it is known', () => {
    const sums = new Lambda((x) => ops.sum(x, -1));
    expect(sums.ensureBuilt([null, 4, 5])).toEqual([null, 4]);
    const joined = new Lambda((x) => ops.concat([x, x], 1));
    expect(joined.ensureBuilt([null, null, 3])).toEqual([null, null, 3]);
    const batch = new Lambda((x) => ops.transpose(x));
    expect(batch.ensureBuilt([null, 3])).toEqual([3, null]);
  });

  test('believes a shape it is given', () => {
    const layer = new Lambda({ function: (x) => ops.reshape(x, [-1, 2]), outputShape: [2] });
    expect(layer.ensureBuilt([null, 4])).toEqual([null, 2]);
  });

  test('knows whether it is in training', () => {
    const layer = new Lambda((x, { training }) => (training ? x : ops.neg(x)));
    expect([...runLayer(layer, [[1]]).data, ...runLayer(layer, [[1]], true).data]).toEqual([-1, 1]);
  });

  test('refuses what is no function, and functions that return no node', () => {
    expect(() => new Lambda({ function: 'relu' as never })).toThrow(/`function` to be a function of nodes, got "relu"/);
    expect(() => new Lambda(() => 3 as never).ensureBuilt([null, 2])).toThrow(/`function` to return a node, got 3/);
    expect(() => new Lambda({ function: (x) => x, outputShape: [0] })).toThrow(/positive integers/);
  });
});

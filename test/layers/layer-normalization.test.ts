import { describe, expect, test } from 'vitest';
import { LayerNormalization } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';
import { noise } from '../support/models.ts';
import { runLayer, weightNames } from '../support/run-layer.ts';

const near = { absolute: 1e-6, relative: 1e-6 };

describe('LayerNormalization', () => {
  test('centres and scales each sample by its own mean and variance', () => {
    expectClose(runLayer(new LayerNormalization(), [[1, 2, 3]]).data, [-1.2238274, 0, 1.2238274], near);
  });

  test('has gamma and beta in the shape of its axes, unless told otherwise', () => {
    const layer = new LayerNormalization({ axis: [-1, 1] });
    layer.ensureBuilt([null, 2, 5, 3]);
    expect(weightNames(layer)).toEqual(['gamma', 'beta']);
    expect(layer.weights.map(({ shape }) => shape)).toEqual([
      [2, 3],
      [2, 3],
    ]);
    for (const [options, names] of [
      [{ scale: false }, ['beta']],
      [{ center: false }, ['gamma']],
      [{ scale: false, center: false }, []],
    ] as const) {
      const other = new LayerNormalization(options);
      other.ensureBuilt([null, 3]);
      expect(weightNames(other)).toEqual(names);
    }
  });

  test('does the same in training and in use, and nothing to a sample depends on the others', () => {
    const layer = new LayerNormalization();
    const x = noise([4, 6]);
    const all = runLayer(layer, x).data;
    expect(runLayer(layer, x, true).data).toEqual(all);
    expect(runLayer(layer, [x.data.subarray(6, 12)]).data).toEqual(all.subarray(6, 12));
  });

  test('normalizes an inner axis as it would the last one', () => {
    const x = noise([2, 3, 4]);
    const turned = Float32Array.from(
      { length: 24 },
      (_, i) => x.data[Math.floor(i / 12) * 12 + (i % 3) * 4 + (Math.floor(i / 3) % 4)]!,
    );
    const inner = runLayer(new LayerNormalization({ axis: 1 }), x).data;
    const last = runLayer(
      new LayerNormalization(),
      [0, 1].map((n) => [0, 1, 2, 3].map((r) => turned.subarray(n * 12 + r * 3, n * 12 + r * 3 + 3))),
    ).data;
    expect(Array.from(inner, (_, i) => inner[Math.floor(i / 12) * 12 + (i % 3) * 4 + (Math.floor(i / 3) % 4)])).toEqual([
      ...last,
    ]);
  });

  test('refuses what it cannot normalize', () => {
    expect(() => new LayerNormalization({ epsilon: 0 })).toThrow(/`epsilon` to be a positive number, got 0/);
    expect(() => new LayerNormalization({ axis: [] })).toThrow(/`axis` to be an integer or a list of integers, got \[\]/);
    expect(() => new LayerNormalization({ axis: 3 }).ensureBuilt([null, 2])).toThrow(
      /`axis` to be an integer in \[-2, 1\], got 3/,
    );
    expect(() => new LayerNormalization({ axis: 1 }).ensureBuilt([null, null, 2])).toThrow(
      /known size of axis 1, got shape \[\?, \?, 2\]/,
    );
    expect(() => new LayerNormalization({ gammaInitializer: 'banana' })).toThrow(/name of an initializer, got "banana"/);
  });
});

import { describe, expect, test } from 'vitest';
import * as layers from '../../src/layers/index.ts';
import { Layer } from '../../src/layers/index.ts';
import { checkLayer } from '../support/layer-engine.ts';

/** One line per layer and setting; a layer without a line fails the last test. */
const table: readonly [name: string, check: () => Promise<void>][] = [
  ['Dense', () => checkLayer(layers.Dense, { units: 4 }, [3, 5], { out: [3, 4], weights: 2 })],
  [
    'Dense',
    () => checkLayer(layers.Dense, { units: 7, activation: 'tanh', useBias: false }, [2, 3, 4], { out: [2, 3, 7], weights: 1 }),
  ],
  [
    'Dense',
    () =>
      checkLayer(layers.Dense, { units: 33, activation: 'sigmoid', kernelInitializer: 'heNormal' }, [9, 17], {
        out: [9, 33],
        weights: 2,
      }),
  ],
  ['Activation', () => checkLayer(layers.Activation, { activation: 'softmax' }, [4, 6], { out: [4, 6], weights: 0 })],
  ['Activation', () => checkLayer(layers.Activation, { activation: 'relu' }, [4, 2, 3], { out: [4, 2, 3], weights: 0 })],
  ['Flatten', () => checkLayer(layers.Flatten, {}, [2, 3, 4], { out: [2, 12], weights: 0 })],
  ['Flatten', () => checkLayer(layers.Flatten, {}, [5], { out: [5, 1], weights: 0 })],
  ['Dropout', () => checkLayer(layers.Dropout, { rate: 0.5 }, [4, 6], { out: [4, 6], weights: 0, isRandom: true })],
  ['BatchNormalization', () => checkLayer(layers.BatchNormalization, {}, [8, 5], { out: [8, 5], weights: 4 })],
  [
    'BatchNormalization',
    () => checkLayer(layers.BatchNormalization, { axis: 1, scale: false }, [6, 3, 4], { out: [6, 3, 4], weights: 3 }),
  ],
];

describe('every layer', () => {
  test.each(table.map(([name, check], i) => [`${name} (${i})`, check] as const))('%s', async (_, check) => check());
});

test('no layer is missing from the table', () => {
  const all = Object.values(layers).filter((value) => typeof value === 'function' && value.prototype instanceof Layer);
  expect(all.length).toBeGreaterThan(0);
  const tested = new Set(table.map(([name]) => name));
  expect(all.map((type) => type.name).filter((name) => !tested.has(name))).toEqual([]);
  // Names in saved files must not depend on a minifier.
  for (const type of all) expect((type as typeof Layer).type).toBe(type.name);
});

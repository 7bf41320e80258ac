import { expect, test } from 'vitest';
import { UnitNormalization } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';
import { runLayer } from '../support/run-layer.ts';

test('UnitNormalization gives each sample length 1, and leaves zeros alone', () => {
  const x = [
    [3, 4],
    [0, 0],
    [-2e-9, 0],
  ];
  expectClose(runLayer(new UnitNormalization(), x).data, [0.6, 0.8, 0, 0, -1, 0], { absolute: 1e-7, relative: 0 });
});

test('UnitNormalization takes several axes together', () => {
  const y = runLayer(new UnitNormalization({ axis: [1, 2] }), [
    [
      [1, 1],
      [1, 1],
    ],
  ]);
  expect([...y.data]).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(() => new UnitNormalization({ axis: 0.5 })).toThrow(/`axis` to be an integer or a list of integers, got 0.5/);
});

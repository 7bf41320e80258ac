import { describe, expect, test } from 'vitest';
import { RMSNormalization } from '../../src/layers/index.ts';
import { expectClose } from '../support/compare.ts';
import { runLayer, weightNames } from '../support/run-layer.ts';

const near = { absolute: 1e-6, relative: 1e-6 };

describe('RMSNormalization', () => {
  test('divides each sample by its root mean square', () => {
    const layer = new RMSNormalization();
    expectClose(runLayer(layer, [[3, 4, 0, 0]]).data, [1.2, 1.6, 0, 0], near);
    expect(weightNames(layer)).toEqual(['scale']);
  });

  test('turns zeros into zeros', () => {
    expect([...runLayer(new RMSNormalization(), [[0, 0]]).data]).toEqual([0, 0]);
  });

  test('refuses an epsilon of nothing', () => {
    expect(() => new RMSNormalization({ epsilon: -1 })).toThrow(/`epsilon` to be a positive number, got -1/);
  });
});

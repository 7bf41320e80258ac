import { expect, test } from 'vitest';
import { Identity } from '../../src/layers/index.ts';
import { runLayer } from '../support/run-layer.ts';

test('Identity changes nothing', () => {
  const layer = new Identity();
  expect([...runLayer(layer, [[1, -2]]).data]).toEqual([1, -2]);
  expect(layer.ensureBuilt([null, 2])).toEqual([null, 2]);
});

import { expect, test } from 'vitest';
import { Rescaling } from '../../src/layers/index.ts';
import { runLayer } from '../support/run-layer.ts';

test('Rescaling multiplies and adds, and turns bytes into floats', () => {
  const layer = new Rescaling({ scale: 0.5, offset: -1 });
  expect([...runLayer(layer, [[0, 2, 5]]).data]).toEqual([-1, 0, 1.5]);
  const bytes = runLayer(new Rescaling({ scale: 0.5 }), Uint8Array.of(1, 255));
  expect([bytes.dtype, [...bytes.data]]).toEqual(['float32', [0.5, 127.5]]);
});

test('Rescaling refuses what is no finite number', () => {
  expect(() => new Rescaling({ scale: Number.NaN })).toThrow(/`scale` to be a finite number, got NaN/);
  expect(() => new Rescaling({ scale: 1, offset: Infinity })).toThrow(/`offset` to be a finite number, got Infinity/);
});

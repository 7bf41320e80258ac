import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/base/tensor.ts';
import { Resizing } from '../../src/layers/index.ts';
import { noise } from '../support/models.ts';
import { runLayer } from '../support/run-layer.ts';

describe('Resizing', () => {
  test('leaves images of the size alone, bit for bit', () => {
    const x = noise([2, 4, 5, 3]);
    for (const interpolation of ['bilinear', 'nearest'] as const)
      expect(runLayer(new Resizing({ height: 4, width: 5, interpolation }), x).data).toEqual(x.data);
  });

  test('takes bytes', () => {
    const x = new Tensor(Uint8Array.of(0, 255), [1, 1, 2, 1]);
    expect([...runLayer(new Resizing({ height: 1, width: 4 }), x).data]).toEqual([0, 63.75, 191.25, 255]);
  });

  test('does not distort when it cuts off or adds margins', () => {
    const x = new Tensor(new Float32Array(8).fill(2), [1, 2, 4, 1]);
    const padded = runLayer(new Resizing({ height: 4, width: 4, padToAspectRatio: true, fillValue: -1 }), x);
    expect([...padded.data]).toEqual([-1, -1, -1, -1, 2, 2, 2, 2, 2, 2, 2, 2, -1, -1, -1, -1]);
    const column = new Tensor(
      Float32Array.from({ length: 8 }, (_, i) => i % 4),
      [1, 2, 4, 1],
    );
    const cropped = runLayer(new Resizing({ height: 2, width: 2, cropToAspectRatio: true }), column);
    expect([...cropped.data]).toEqual([1, 2, 1, 2]);
  });

  test('refuses what is no size or way', () => {
    expect(() => new Resizing({ height: 0, width: 2 })).toThrow(/`height` to be a positive integer, got 0/);
    expect(() => new Resizing({ height: 1, width: 1, interpolation: 'bicubic' as never })).toThrow(/`interpolation` to be/);
    expect(() => new Resizing({ height: 1, width: 1, cropToAspectRatio: true, padToAspectRatio: true })).toThrow(
      /one of .*got both/,
    );
    expect(() => new Resizing({ height: 1, width: 1 }).ensureBuilt([null, 4])).toThrow(
      /an input \[batch, height, width, channels\]/,
    );
  });
});

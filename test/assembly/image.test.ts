/** @file Sampling of images where matrices hold no numbers or lead far away: nothing outside the image is read or written. */

import { describe, expect, test } from 'vitest';
import { FILL_CONSTANT, FILL_NEAREST, FILL_REFLECT, FILL_WRAP } from '../../src/engine/index.ts';
import { loadKernels } from '../support/engine.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';

const loaded = loadKernels('simd');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);
const wild = [NaN, Infinity, -Infinity, 3e38, -3e38, 1e10, -1e10, 2 ** 31, 1e-40, -0];
const [batch, height, width, channels, outHeight, outWidth] = [wild.length, 3, 5, 2, 4, 3];

describe.each([
  ['reflect', FILL_REFLECT],
  ['wrap', FILL_WRAP],
  ['nearest', FILL_NEAREST],
  ['constant', FILL_CONSTANT],
])('affineSample with fill mode %s', (_, fill) => {
  test.each([0, 1])('keeps to its image whatever the matrix (interpolation %i)', (isBilinear) => {
    for (let entry = 0; entry < 6; entry++) {
      memory.reset();
      // Image b holds b alone, so that a pixel of another image or of no image shows.
      const x = memory.f32(Float32Array.from({ length: batch * height * width * channels }, (_, i) => Math.floor(i / 30) + 1));
      const matrices = memory.f32(wild.flatMap((value) => [1, 0, 0, 0, 1, 0].map((plain, i) => (i === entry ? value : plain))));
      const y = memory.f32(batch * outHeight * outWidth * channels);
      const sizes = [batch, height, width, outHeight, outWidth, channels, fill, isBilinear];
      kernels.affineSample(x.pointer, matrices.pointer, y.pointer, ...sizes, 0, 0, 1);
      y.view.forEach((value, i) => {
        const own = Math.floor(i / (outHeight * outWidth * channels)) + 1;
        if (fill === FILL_CONSTANT) expect(value >= 0 && value <= own).toBe(!Number.isNaN(value));
        else if (!Number.isNaN(value)) expect(value).toBe(own);
      });
      const dx = memory.f32(x.view.length);
      kernels.affineSampleGrad(y.pointer, matrices.pointer, dx.pointer, ...sizes, 0, 1);
      memory.check();
    }
  });
});

test('a neighbour without weight is not looked at', () => {
  memory.reset();
  const x = memory.f32([1, NaN, 3, Infinity]);
  const y = memory.f32(4);
  const identity = memory.f32([1, 0, 0, 0, 1, 0]);
  kernels.affineSample(x.pointer, identity.pointer, y.pointer, 1, 1, 4, 1, 4, 1, FILL_CONSTANT, 1, NaN, 0, 1);
  expect([...y.view]).toEqual([1, NaN, 3, Infinity]);
  memory.check();
});

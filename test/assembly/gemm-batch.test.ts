/** @file Batches of matrix products: each has the bits of a product of its own, wherever its matrices lie and however many threads share. */

import { describe, expect, test } from 'vitest';
import { GEMM_SCRATCH_PER_THREAD } from '../../src/engine/generated/kernels.ts';
import { loadKernels } from '../support/engine.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';
import { checkParts, randomFloats, sameBits } from '../support/kernel-checks.ts';

const loaded = loadKernels('simd');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);

const forms = ['NN', 'NT', 'TN'] as const;
const sizes = [
  { batch: 2, heads: 3, m: 5, n: 7, k: 9 },
  { batch: 1, heads: 1, m: 33, n: 18, k: 5 },
  { batch: 3, heads: 1, m: 64, n: 32, k: 16 },
  { batch: 1, heads: 7, m: 1, n: 30, k: 40 },
  { batch: 2, heads: 2, m: 6, n: 4, k: 0 },
  { batch: 0, heads: 2, m: 6, n: 4, k: 3 },
];

/** Strides [item, head, row] of matrices rows × cols whose heads lie inside the rows, or before them. */
const strides = (heads: number, rows: number, cols: number, isInside: boolean): [number, number, number] =>
  isInside ? [rows * heads * cols, cols, heads * cols] : [heads * rows * cols, rows * cols, cols];

describe.each(forms)('gemmBatch%s', (form) => {
  test.each([true, false])('has the bits of single products, heads inside rows: %s', (isInside) => {
    for (const { batch, heads, m, n, k } of sizes) {
      memory.reset();
      const count = batch * heads;
      const [aRows, aCols] = form === 'TN' ? [k, m] : [m, k];
      const [bRows, bCols] = form === 'NT' ? [n, k] : [k, n];
      const a = memory.f32(randomFloats(count * m * k, -1, 1, 1));
      const b = memory.f32(randomFloats(count * k * n, -1, 1, 2));
      const [together, alone] = [memory.f32(count * m * n), memory.f32(count * m * n)];
      const scratch = memory.f32(4 * GEMM_SCRATCH_PER_THREAD);
      const [aAt, bAt, cAt] = [
        strides(heads, aRows, aCols, isInside),
        strides(heads, bRows, bCols, isInside),
        strides(heads, m, n, isInside),
      ];
      const [from, by, to] = [a.pointer, b.pointer, together.pointer];
      checkParts(
        (part, parts) =>
          kernels[`gemmBatch${form}`](from, by, to, scratch.pointer, batch, heads, m, n, k, ...aAt, ...bAt, ...cAt, part, parts),
        [together],
      );
      for (let p = 0; p < count; p++) {
        const [i, h] = [Math.floor(p / heads), p % heads];
        const at = (pointer: number, [item, head]: readonly [number, number, number]) => pointer + 4 * (i * item + h * head);
        const [x, y, z] = [at(a.pointer, aAt), at(b.pointer, bAt), at(alone.pointer, cAt)];
        kernels[`gemm${form}`](x, y, z, 0, scratch.pointer, m, n, k, aAt[2], bAt[2], cAt[2], 0, 0, 0, 1);
      }
      sameBits(together.bits, alone.bits, `${form} ${JSON.stringify({ batch, heads, m, n, k })}`);
      if (count > 0 && k > 0) expect(together.view.some((value) => value !== 0)).toBe(true);
      memory.check();
    }
  });
});

/** @file Softmax over the columns a mask leaves: widths around the vectors, scores that are no numbers, rows without any column. */

import { expect, test } from 'vitest';
import { loadKernels } from '../support/engine.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';
import { amongNaNs, checkParts, expectWithin, randomFloats, sameBits } from '../support/kernel-checks.ts';

const loaded = loadKernels('simd');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** Rows of x [1, 1, rows, cols], each with its own row of the mask, whole, in parts and in place. */
function run(x: ArrayLike<number>, mask: ArrayLike<number> | undefined, cols: number, causal = false, shift = 0) {
  memory.reset();
  const rows = x.length / cols;
  const input = amongNaNs(memory, x, shift);
  const kept = mask && amongNaNs(memory, mask, (shift + 1) % 4);
  const output = memory.f32(x.length, (3 * shift) % 4);
  const same = memory.f32(x, shift);
  const call = (from: number, to: number) => (part: number, parts: number) =>
    kernels.maskedSoftmax(from, kept?.pointer ?? 0, to, 1, 1, rows, cols, 0, 0, cols, causal ? 1 : 0, part, parts);
  checkParts(call(input.pointer, output.pointer), [output]);
  checkParts(call(same.pointer, same.pointer), [same]);
  sameBits(same.bits, output.bits, 'in place');
  memory.check();
  return output;
}

function reference(x: ArrayLike<number>, isKept: (row: number, col: number) => boolean, cols: number): number[] {
  return Array.from({ length: x.length / cols }, (_, r) => {
    const row = Array.from({ length: cols }, (_c, c) => (isKept(r, c) ? x[r * cols + c]! : -inf));
    const peak = Math.max(...row);
    if (!row.some((_v, c) => isKept(r, c))) return row.map(() => 0);
    const powers = row.map((v, c) => (isKept(r, c) ? Math.exp(v - peak) : 0));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / total);
  }).flat();
}

test('agrees with float64 for every width and alignment, with a mask, causal, both and neither', () => {
  for (const cols of [...Array.from({ length: 20 }, (_, i) => i + 1), 63, 64, 65, 131]) {
    const x = randomFloats(5 * cols, -8, 8, cols);
    const mask = randomFloats(5 * cols, 0, 1, cols + 1).map((value) => (value < 0.4 ? 0 : 1));
    for (const [given, causal] of [
      [mask, true],
      [mask, false],
      [undefined, true],
      [undefined, false],
    ] as const) {
      const wanted = reference(x, (r, c) => given?.[r * cols + c] !== 0 && (!causal || c <= r), cols);
      const bits = run(x, given, cols, causal).bits.slice();
      expectWithin(new Float32Array(bits.buffer), wanted, (k) => 1.5e-6 * wanted[k]!, `${cols} columns`);
      for (const shift of [1, 2, 3]) sameBits(run(x, given, cols, causal, shift).bits, bits, `shifted by ${shift}`);
    }
  }
});

test('has the bits of softmax where nothing is left out', () => {
  for (const cols of [1, 6, 64, 77]) {
    const x = randomFloats(3 * cols, -8, 8, cols);
    const bits = run(x, undefined, cols).bits.slice();
    sameBits(run(x, new Float32Array(x.length).fill(1), cols).bits, bits, 'a mask of ones');
    memory.reset();
    const [input, output] = [memory.f32(x), memory.f32(x.length)];
    kernels.softmax(input.pointer, output.pointer, 3, cols, 0, 1);
    sameBits(output.bits, bits, 'softmax');
  }
});

test('does not let a column that is left out spoil a row, whatever it holds', () => {
  for (const bad of [nan, inf, -inf, 3e38]) {
    for (const cols of [3, 4, 6, 70]) {
      const x = randomFloats(cols, -2, 2, 5);
      const mask = new Float32Array(cols).fill(1);
      for (const at of [1, cols - 1]) {
        x[at] = bad;
        mask[at] = 0;
      }
      const wanted = reference(x, (_, c) => mask[c] !== 0, cols);
      expectWithin(run(x, mask, cols).view, wanted, (k) => 1.5e-6 * wanted[k]!, `${bad} in ${cols} columns`);
    }
  }
});

test('gives zeros to a row that is left out, and NaN to one without an answer', () => {
  for (const cols of [3, 4, 9]) {
    const [none, all] = [new Float32Array(cols), new Float32Array(cols).fill(1)];
    expect([...run(randomFloats(cols), none, cols).view]).toEqual(new Array(cols).fill(0));
    expect(run(new Float32Array(cols).fill(-inf), all, cols).view.every(Number.isNaN)).toBe(true);
    expect(run(new Float32Array(cols).fill(nan), all, cols).view.every(Number.isNaN)).toBe(true);
  }
});

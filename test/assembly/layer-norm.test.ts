/** @file Normalization of rows against float64, forward and backward, with and without a mean, γ and β. */

import { describe, expect, test } from 'vitest';
import { loadKernels } from '../support/engine.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';
import { amongNaNs, checkParts, expectWithin, randomFloats, sameBits } from '../support/kernel-checks.ts';

const loaded = loadKernels('simd');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);

/** Widths around the vectors and the blocks of 256, heights around the blocks of 16. */
const SHAPES: [rows: number, cols: number][] = [];
for (let cols = 1; cols <= 37; cols++) SHAPES.push([3, cols]);
for (const cols of [64, 255, 256, 257, 513, 1030]) SHAPES.push([2, cols]);
for (const rows of [1, 15, 16, 17, 33, 200]) SHAPES.push([rows, 1], [rows, 5], [rows, 19], [rows, 40]);
SHAPES.push([0, 7]);

interface Values {
  readonly x: Float32Array;
  readonly dy: Float32Array;
  /** null: absent. */
  readonly gamma: Float32Array | null;
  readonly beta: Float32Array | null;
  /** Whether the mean is taken away. */
  readonly centered: boolean;
}

/** Everything the kernels compute, in float64. */
function reference({ x, dy, gamma, beta, centered }: Values, rows: number, cols: number, epsilon: number) {
  const [mean, inverse]: [number[], number[]] = [[], []];
  const [y, dx] = [new Float64Array(rows * cols), new Float64Array(rows * cols)];
  const [dgamma, dbeta] = [new Float64Array(cols), new Float64Array(cols)];
  for (let r = 0; r < rows; r++) {
    const row = Array.from(x.subarray(r * cols, (r + 1) * cols));
    const average = (values: number[]): number => values.reduce((a, b) => a + b, 0) / cols;
    const center = centered ? average(row) : 0;
    const scale = 1 / Math.sqrt(average(row.map((v) => (v - center) ** 2)) + epsilon);
    const hat = row.map((v) => (v - center) * scale);
    const up = hat.map((_, c) => dy[r * cols + c]!);
    const g = up.map((v, c) => v * (gamma?.[c] ?? 1));
    const [a, b] = [centered ? average(g) : 0, average(g.map((v, c) => v * hat[c]!))];
    mean.push(center);
    inverse.push(scale);
    hat.forEach((v, c) => {
      y[r * cols + c] = v * (gamma?.[c] ?? 1) + (beta?.[c] ?? 0);
      dx[r * cols + c] = scale * (g[c]! - a - v * b);
      dgamma[c]! += up[c]! * v;
      dbeta[c]! += up[c]!;
    });
  }
  return { mean, inverse, y, dx, dgamma, dbeta };
}

/** Runs every kernel, whole, in parts, and in place. */
function run({ x, dy, gamma, beta, centered }: Values, rows: number, cols: number, epsilon: number, shift = 0) {
  memory.reset();
  const [input, upstream] = [amongNaNs(memory, x, shift), amongNaNs(memory, dy, (shift + 2) % 4)];
  const [mean, inverse] = [memory.f32(rows, shift), memory.f32(rows, shift)];
  const [dgamma, dbeta] = [memory.f32(cols, shift), memory.f32(cols, (shift + 1) % 4)];
  const scale = gamma ? amongNaNs(memory, gamma, shift).pointer : 0;
  const offset = beta ? amongNaNs(memory, beta, (shift + 3) % 4).pointer : 0;
  const [y, dx] = [memory.f32(x.length, (shift + 1) % 4), memory.f32(x.length, (shift + 3) % 4)];
  const [sameY, overDy, overX] = [memory.f32(x), memory.f32(dy), memory.f32(x)];
  const m = centered ? mean.pointer : 0;
  const s = inverse.pointer;
  const forward = (from: number, to: number) => (part: number, parts: number) =>
    kernels.layerNormForward(from, scale, offset, to, m, s, rows, cols, epsilon, part, parts);
  const outputs = centered ? [mean, inverse] : [inverse];
  checkParts(forward(input.pointer, y.pointer), [y, ...outputs]);
  forward(sameY.pointer, sameY.pointer)(0, 1);
  const parameters = (db: number) => (part: number, parts: number) =>
    kernels.layerNormGradParameters(input.pointer, upstream.pointer, m, s, dgamma.pointer, db, rows, cols, part, parts);
  checkParts(parameters(dbeta.pointer), [dgamma, dbeta]);
  const both = dgamma.bits.slice();
  checkParts(parameters(0), [dgamma]);
  sameBits(dgamma.bits, both, 'dgamma without dbeta');
  const backward = (from: number, up: number, to: number) => (part: number, parts: number) =>
    kernels.layerNormGradInput(from, up, m, s, scale, to, rows, cols, part, parts);
  checkParts(backward(input.pointer, upstream.pointer, dx.pointer), [dx]);
  backward(input.pointer, overDy.pointer, overDy.pointer)(0, 1);
  backward(overX.pointer, upstream.pointer, overX.pointer)(0, 1);
  sameBits(sameY.bits, y.bits, 'forward in place');
  sameBits(overDy.bits, dx.bits, 'gradient over dy');
  sameBits(overX.bits, dx.bits, 'gradient over x');
  memory.check();
  return { mean, inverse, y, dx, dgamma, dbeta };
}

function valuesFor(rows: number, cols: number, choice: number): Values {
  return {
    x: randomFloats(rows * cols, -2, 3, cols),
    dy: randomFloats(rows * cols, -1, 1, cols + 1),
    gamma: choice & 1 ? null : randomFloats(cols, 0.5, 1.5, rows),
    beta: choice & 2 ? null : randomFloats(cols, -1, 1, rows + 1),
    centered: !(choice & 4),
  };
}

describe('normalization of rows', () => {
  test('agrees with float64 in every shape and alignment, whatever the split, and with any of its operands absent', () => {
    for (const [index, [rows, cols]] of SHAPES.entries()) {
      const choices = rows * cols < 200 ? [0, 1, 2, 3, 4, 5, 6, 7] : [0, index % 8];
      for (const choice of choices) {
        const values = valuesFor(rows, cols, choice);
        const where = `[${rows}, ${cols}] choice ${choice}`;
        const wanted = reference(values, rows, cols, 1e-3);
        const got = run(values, rows, cols, 1e-3);
        const rowOf = (k: number): number => wanted.inverse[Math.floor(k / cols)]!;
        const steepest = Math.max(1, ...wanted.inverse);
        if (values.centered) expectWithin(got.mean.view, wanted.mean, 4e-7, `mean ${where}`);
        expectWithin(got.inverse.view, wanted.inverse, (r) => 1e-6 * wanted.inverse[r]!, `inverse ${where}`);
        expectWithin(got.y.view, wanted.y, (k) => 2e-6 * (1 + rowOf(k)), `y ${where}`);
        expectWithin(got.dgamma.view, wanted.dgamma, 1e-6 * rows * steepest, `dgamma ${where}`);
        expectWithin(got.dbeta.view, wanted.dbeta, 2e-7 * rows, `dbeta ${where}`);
        expectWithin(got.dx.view, wanted.dx, (k) => 2e-6 * rowOf(k) * (1 + rowOf(k)), `dx ${where}`);
        const bits = [got.inverse, got.y, got.dgamma, got.dbeta, got.dx].map((block) => block.bits.slice());
        for (const shift of choice === 0 ? [1, 2, 3] : [1]) {
          const shifted = run(values, rows, cols, 1e-3, shift);
          [shifted.inverse, shifted.y, shifted.dgamma, shifted.dbeta, shifted.dx].forEach((block, k) => {
            sameBits(block.bits, bits[k]!, `output ${k} of ${where} shifted by ${shift}`);
          });
        }
      }
    }
  });

  test('gives a row the same bits wherever it lies, and a column the same gradient', () => {
    const [rows, cols] = [40, 23];
    const values = valuesFor(rows, cols, 0);
    const all = run(values, rows, cols, 1e-3);
    const [y, dx] = [all.y.bits.slice(), all.dx.bits.slice()];
    const alone = run({ ...values, x: values.x.slice(-cols), dy: values.dy.slice(-cols) }, 1, cols, 1e-3);
    expect(alone.y.bits).toEqual(y.slice(-cols));
    expect(alone.dx.bits).toEqual(dx.slice(-cols));
    // The columns in reverse order have other sums along the row, so means and deviations are given.
    const turned = (array: Float32Array): Float32Array => array.map((_, k) => array[k - (k % cols) + cols - 1 - (k % cols)]!);
    memory.reset();
    const [x, up] = [memory.f32(turned(values.x)), memory.f32(turned(values.dy))];
    const statistics = reference(values, rows, cols, 1e-3);
    const [mean, inverse, out] = [memory.f32(statistics.mean), memory.f32(statistics.inverse), memory.f32(cols)];
    const gradient = (): void =>
      kernels.layerNormGradParameters(x.pointer, up.pointer, mean.pointer, inverse.pointer, out.pointer, 0, rows, cols, 0, 1);
    gradient();
    const reversed = [...out.view].reverse();
    x.view.set(values.x);
    up.view.set(values.dy);
    gradient();
    expect([...out.view]).toEqual(reversed);
  });

  test('finds a small variance around a large mean', () => {
    const cols = 1000;
    const x = randomFloats(cols, 0, 1).map((v) => 4096 + v);
    const values: Values = { x, dy: x, gamma: null, beta: null, centered: true };
    const { inverse } = reference(values, 1, cols, 1e-3);
    expectWithin(run(values, 1, cols, 1e-3).inverse.view, inverse, 2e-5 * inverse[0]!);
  });

  test('turns a row of equal numbers into beta, and passes on the gradient without its mean', () => {
    for (const cols of [1, 6, 300]) {
      const beta = randomFloats(cols, -1, 1, 2);
      const values: Values = { x: new Float32Array(cols).fill(0.75), dy: beta, gamma: null, beta, centered: true };
      const got = run(values, 1, cols, 1e-3);
      expect([...got.y.view]).toEqual([...beta]);
      const mean = beta.reduce((a, b) => a + b, 0) / cols;
      const s = 1 / Math.sqrt(1e-3);
      // Three roundings of numbers below 2 that are multiplied by s.
      expectWithin(
        got.dx.view,
        Array.from(beta, (v) => s * (v - mean)),
        4e-7 * s,
      );
    }
  });
});

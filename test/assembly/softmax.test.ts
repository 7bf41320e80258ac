/** @file Softmax and its logarithm against float64, with rows that overflow, underflow or hold no number at all. */

import { describe, expect, test } from 'vitest';
import { loadKernels } from '../support/engine.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';
import { amongNaNs, checkParts, expectWithin, randomFloats, sameBits } from '../support/kernel-checks.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const loaded = loadKernels('simd');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);

const WIDTHS = [...Array.from({ length: 38 }, (_, k) => k), 63, 64, 65, 66, 127, 128, 129, 131, 1000];
const ROWS = 5;

type Row = readonly number[];
const total = (values: Row) => values.reduce((a, b) => a + b, 0);
const softmaxOf = (x: Row) => {
  const largest = Math.max(...x);
  const e = x.map((v) => Math.exp(v - largest));
  return e.map((v) => v / total(e));
};
const logSoftmaxOf = (x: Row) => {
  const largest = Math.max(...x);
  const logTotal = Math.log(total(x.map((v) => Math.exp(v - largest))));
  return x.map((v) => v - largest - logTotal);
};
const softmaxGradOf = (y: Row, dy: Row) => {
  const dot = total(y.map((v, k) => v * dy[k]!));
  return y.map((v, k) => v * (dy[k]! - dot));
};
const logSoftmaxGradOf = (y: Row, dy: Row) => y.map((v, k) => dy[k]! - Math.exp(v) * total(dy));

const rowsOf = (x: ArrayLike<number>, cols: number) =>
  Array.from({ length: cols ? x.length / cols : 0 }, (_, r) => Array.from({ length: cols }, (_, c) => x[r * cols + c]!));

/** Runs softmax or logSoftmax whole, in parts and in place, and returns its output. */
function forward(name: 'softmax' | 'logSoftmax', x: ArrayLike<number>, rows: number, cols: number, shift = 0) {
  memory.reset();
  const input = amongNaNs(memory, x, shift);
  const output = memory.f32(x.length, (3 * shift) % 4);
  const same = memory.f32(x, shift);
  checkParts((part, parts) => kernels[name](input.pointer, output.pointer, rows, cols, part, parts), [output]);
  checkParts((part, parts) => kernels[name](same.pointer, same.pointer, rows, cols, part, parts), [same]);
  sameBits(same.bits, output.bits, `${name} in place`);
  memory.check();
  return output;
}

/** The same for a gradient; dx may be dy. */
function gradient(name: 'softmaxGrad' | 'logSoftmaxGrad', y: ArrayLike<number>, dy: ArrayLike<number>, cols: number, shift = 0) {
  memory.reset();
  const rows = cols ? y.length / cols : 0;
  const [out, upstream] = [amongNaNs(memory, y, shift), amongNaNs(memory, dy, (shift + 1) % 4)];
  const dx = memory.f32(y.length, (3 * shift) % 4);
  const same = memory.f32(dy);
  const call = (up: number, to: number) => (part: number, parts: number) =>
    kernels[name](out.pointer, up, to, rows, cols, part, parts);
  checkParts(call(upstream.pointer, dx.pointer), [dx]);
  checkParts(call(same.pointer, same.pointer), [same]);
  sameBits(same.bits, dx.bits, `${name} in place`);
  memory.check();
  return dx;
}

describe('softmax', () => {
  test('and logSoftmax agree with float64 for every width and alignment, whatever the split', () => {
    for (const cols of WIDTHS) {
      const x = randomFloats(ROWS * cols, -8, 8, cols);
      const [p, l] = [rowsOf(x, cols).flatMap(softmaxOf), rowsOf(x, cols).flatMap(logSoftmaxOf)];
      // x − max is rounded once, so e^(x − max) is off by up to 2⁻²⁴·16 of itself; a few roundings follow.
      const bits = forward('softmax', x, ROWS, cols).bits.slice();
      expectWithin(new Float32Array(bits.buffer), p, (k) => 1.5e-6 * p[k]!, `softmax of ${cols}`);
      const logBits = forward('logSoftmax', x, ROWS, cols).bits.slice();
      expectWithin(new Float32Array(logBits.buffer), l, (k) => 2e-7 * (2 - l[k]!), `logSoftmax of ${cols}`);
      for (const shift of [1, 2, 3]) {
        sameBits(forward('softmax', x, ROWS, cols, shift).bits, bits, `softmax shifted by ${shift}`);
        sameBits(forward('logSoftmax', x, ROWS, cols, shift).bits, logBits, `logSoftmax shifted by ${shift}`);
      }
    }
  });

  test('keeps huge logits apart, gives 0 to −Infinity, and NaN to rows without an answer', () => {
    const rows = [
      [80, -80, 80, 79, 0],
      [1e30, -1e30, 1e30, 0, 1],
      [3.4e38, -3.4e38, 0, 0, 0],
      [-1e30, -1e30, -1e30, -1e30, -1e30],
      [-inf, 1, 2, -inf, 1],
      [5, -inf, -inf, -inf, -inf],
      [-100, -190, -203.5, -204, -205],
      [-inf, -inf, -inf, -inf, -inf],
      [inf, 1, 2, 3, 4],
      [inf, inf, -inf, 3, 4],
      [1, 2, 3, 4, nan],
      [nan, 2, 3, -inf, 1],
    ].map((row) => row.map(Math.fround));
    for (const pad of [0, 1, 3, 20, 70]) {
      // Padding by −Infinity changes no answer but takes the row through the other loops.
      const wide = rows.map((row) => [...row, ...Array<number>(pad).fill(-inf)]);
      const cols = 5 + pad;
      const p = wide.flatMap(softmaxOf);
      const l = wide.flatMap(logSoftmaxOf);
      expectWithin(forward('softmax', wide.flat(), rows.length, cols).view, p, (k) => 1e-5 * p[k]! + 2e-45, `${cols} wide`);
      expectWithin(
        forward('logSoftmax', wide.flat(), rows.length, cols).view,
        l,
        (k) => 3e-7 * (1 + Math.abs(l[k]!)),
        `${cols} wide`,
      );
    }
  });

  test('of a row has the same bits whichever row it is', () => {
    for (const cols of [1, 2, 3, 10, 77]) {
      const row = [...randomFloats(cols, -5, 5)];
      for (const name of ['softmax', 'logSoftmax'] as const) {
        const { bits } = forward(name, [...row, ...row, ...row, ...row, ...row], 5, cols);
        for (let r = 1; r < 5; r++) sameBits(bits.subarray(r * cols, (r + 1) * cols), bits.subarray(0, cols), `row ${r}`);
      }
    }
  });

  test('sums to 1 over a thousand classes within 1e-6', () => {
    const p = forward('softmax', randomFloats(4000, -4, 4), 4, 1000).view;
    for (const row of rowsOf(p, 1000)) expect(Math.abs(total(row) - 1)).toBeLessThan(1e-6);
  });
});

describe('gradients', () => {
  test('agree with float64 for every width and alignment, whatever the split', () => {
    for (const cols of WIDTHS) {
      const x = rowsOf(randomFloats(ROWS * cols, -4, 4, cols), cols);
      const dy = randomFloats(ROWS * cols, -1, 1, cols + 1);
      const dyRows = rowsOf(dy, cols);
      const y = Float32Array.from(x.flatMap(softmaxOf));
      const l = Float32Array.from(x.flatMap(logSoftmaxOf));
      const wanted = rowsOf(y, cols).flatMap((row, r) => softmaxGradOf(row, dyRows[r]!));
      const wantedLog = rowsOf(l, cols).flatMap((row, r) => logSoftmaxGradOf(row, dyRows[r]!));
      const sumOfRow = dyRows.map((row) => total(row.map(Math.abs)));
      const bits = gradient('softmaxGrad', y, dy, cols).bits.slice();
      expectWithin(new Float32Array(bits.buffer), wanted, (k) => 5e-7 * y[k]!, `softmaxGrad of ${cols}`);
      const logBits = gradient('logSoftmaxGrad', l, dy, cols).bits.slice();
      const within = (k: number) => 4e-7 * (Math.abs(dy[k]!) + Math.exp(l[k]!) * sumOfRow[Math.floor(k / cols)]!);
      expectWithin(new Float32Array(logBits.buffer), wantedLog, within, `logSoftmaxGrad of ${cols}`);
      for (const shift of [1, 2, 3]) {
        sameBits(gradient('softmaxGrad', y, dy, cols, shift).bits, bits, `shifted by ${shift}`);
        sameBits(gradient('logSoftmaxGrad', l, dy, cols, shift).bits, logBits, `shifted by ${shift}`);
      }
    }
  });

  test('pass NaN on and stay finite where a class has probability 0', () => {
    const y = [1, 0, 0, 0, 0, nan, 0.5, 0.5, 0, 0];
    const dy = [2, 3, 4, 1e30, 1, 1, 1, 1, 1, 1];
    expectWithin(gradient('softmaxGrad', y, dy, 5).view, [0, 0, 0, 0, 0, nan, nan, nan, nan, nan], 0);
    const l = [0, -inf, -inf, -inf, -inf];
    expectWithin(gradient('logSoftmaxGrad', l, [2, 3, 4, 0, 1], 5).view, [-8, 3, 4, 0, 1], 1e-6);
  });
});

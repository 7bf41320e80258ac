/** @file Cross-entropies from logits against float64, their gradients, and one-hot rows. */

import { describe, expect, test } from 'vitest';
import { loadKernels } from '../support/engine.ts';
import { sigmoid, softplus } from '../support/float64.ts';
import { type Block, GuardedMemory } from '../support/guarded-memory.ts';
import { amongNaNs, checkParts, expectWithin, randomFloats, sameBits } from '../support/kernel-checks.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const loaded = loadKernels('simd');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);

const WIDTHS = [...Array.from({ length: 37 }, (_, k) => k + 1), 63, 64, 65, 67, 128, 130, 1000];
const ROWS = 6;

type Row = readonly number[];
const total = (values: Row) => values.reduce((a, b) => a + b, 0);
const rowsOf = (x: ArrayLike<number>, cols: number) =>
  Array.from({ length: x.length / cols }, (_, r) => Array.from({ length: cols }, (_, c) => x[r * cols + c]!));
/** ln Σ e^x. */
const logTotal = (x: Row) => {
  const largest = Math.max(...x);
  return largest + Math.log(total(x.map((v) => Math.exp(v - largest))));
};
const softmaxOf = (x: Row) => x.map((v) => Math.exp(v - logTotal(x)));
/** The size of what was rounded on the way to a loss. */
const span = (x: Row) => 1 + Math.log(x.length) + Math.max(...x) - Math.min(...x);

interface Outcome {
  readonly loss: Block<Float32Array>;
  readonly probabilities: Block<Float32Array>;
  readonly dx: Block<Float32Array>;
}

/** Runs a cross-entropy and its gradient, whole, in parts and in place. `truth` is labels or targets. */
function crossEntropy(x: ArrayLike<number>, truth: Int32Array | Float32Array, dloss: Row, cols: number, shift = 0): Outcome {
  const rows = x.length / cols;
  const isSparse = truth instanceof Int32Array;
  const [kernel, gradient] = isSparse
    ? [kernels.softmaxCrossEntropySparse, kernels.softmaxCrossEntropySparseGrad]
    : [kernels.softmaxCrossEntropy, kernels.softmaxCrossEntropyGrad];
  memory.reset();
  const logits = amongNaNs(memory, x, shift);
  const wanted = (isSparse ? memory.i32(truth) : amongNaNs(memory, truth, (shift + 1) % 4)).pointer;
  const [loss, probabilities, dx] = [memory.f32(rows), memory.f32(x.length, (3 * shift) % 4), memory.f32(x.length, 1)];
  const [sameLoss, same] = [memory.f32(rows), memory.f32(x)];
  const up = memory.f32(dloss).pointer;
  const forward = (from: number, out: number, to: number) => (part: number, parts: number) =>
    kernel(from, wanted, out, to, rows, cols, part, parts);
  checkParts(forward(logits.pointer, loss.pointer, probabilities.pointer), [loss, probabilities]);
  checkParts(forward(same.pointer, sameLoss.pointer, same.pointer), [sameLoss, same]);
  sameBits(sameLoss.bits, loss.bits, 'loss in place');
  sameBits(same.bits, probabilities.bits, 'probabilities in place');
  checkParts((part, parts) => gradient(probabilities.pointer, wanted, up, dx.pointer, rows, cols, part, parts), [dx]);
  checkParts((part, parts) => gradient(same.pointer, wanted, up, same.pointer, rows, cols, part, parts), [same]);
  sameBits(same.bits, dx.bits, 'gradient in place');
  memory.check();
  return { loss, probabilities, dx };
}

const DLOSS = [1, 0.25, -2, 0, 3, 1 / 64];

describe('softmax cross-entropy', () => {
  test('with labels agrees with float64 for every width and alignment, whatever the split', () => {
    for (const cols of WIDTHS) {
      const x = randomFloats(ROWS * cols, -6, 6, cols);
      const labels = Int32Array.from({ length: ROWS }, (_, r) => (r * 7 + 3 * cols) % cols);
      const rows = rowsOf(x, cols);
      const p = rows.flatMap(softmaxOf);
      const loss = rows.map((row, r) => logTotal(row) - row[labels[r]!]!);
      const gradient = p.map((v, k) => {
        const r = Math.floor(k / cols);
        return (v - (k % cols === labels[r] ? 1 : 0)) * DLOSS[r]!;
      });
      const got = crossEntropy(x, labels, DLOSS, cols);
      expectWithin(got.loss.view, loss, (r) => 2e-7 * span(rows[r]!), `loss of ${cols}`);
      expectWithin(got.probabilities.view, p, (k) => 1.5e-6 * p[k]!, `probabilities of ${cols}`);
      // p's own error, then the roundings of p − 1 and of the product.
      const within = (k: number) => 1.5e-6 * p[k]! * Math.abs(DLOSS[Math.floor(k / cols)]!) + 1.2e-7 * Math.abs(gradient[k]!);
      expectWithin(got.dx.view, gradient, within, `gradient of ${cols}`);
      const bits = [got.loss, got.dx].map((block) => block.bits.slice());
      for (const shift of [1, 2, 3]) {
        const shifted = crossEntropy(x, labels, DLOSS, cols, shift);
        sameBits(shifted.loss.bits, bits[0]!, `loss shifted by ${shift}`);
        sameBits(shifted.dx.bits, bits[1]!, `gradient shifted by ${shift}`);
      }
    }
  });

  test('with targets agrees with float64 for every width and alignment, whatever the split', () => {
    for (const cols of WIDTHS) {
      const x = randomFloats(ROWS * cols, -6, 6, cols);
      // Weights of any sum, rows of zeros among them.
      const targets = randomFloats(ROWS * cols, 0, 1, cols + 1).map((t, k) => (Math.floor(k / cols) === 4 ? 0 : t));
      const rows = rowsOf(x, cols);
      const weights = rowsOf(targets, cols);
      const p = rows.flatMap(softmaxOf);
      const loss = rows.map((row, r) => total(row.map((v, c) => weights[r]![c]! * (logTotal(row) - v))));
      const gradient = p.map((v, k) => {
        const r = Math.floor(k / cols);
        return (v * total(weights[r]!) - targets[k]!) * DLOSS[r]!;
      });
      const got = crossEntropy(x, targets, DLOSS, cols);
      expectWithin(got.loss.view, loss, (r) => 3e-7 * span(rows[r]!) * total(weights[r]!), `loss of ${cols}`);
      const within = (k: number) => {
        const r = Math.floor(k / cols);
        return 2e-6 * (p[k]! * total(weights[r]!) + targets[k]!) * Math.abs(DLOSS[r]!) + 1e-45;
      };
      expectWithin(got.dx.view, gradient, within, `gradient of ${cols}`);
      const bits = [got.loss, got.dx].map((block) => block.bits.slice());
      for (const shift of [1, 2, 3]) {
        const shifted = crossEntropy(x, targets, DLOSS, cols, shift);
        sameBits(shifted.loss.bits, bits[0]!, `loss shifted by ${shift}`);
        sameBits(shifted.dx.bits, bits[1]!, `gradient shifted by ${shift}`);
      }
    }
  });

  test('stays exact where the probability of the label rounds to 0 or 1', () => {
    const rows = [
      [80, -80, 0],
      [-80, 80, 0],
      [1e30, -1e30, 0],
      [0, 20, 0],
      [20, 0, 0],
      [5, 5, -inf],
    ].map((row) => row.map(Math.fround));
    const wanted = [0, 160, 0, 20 + Math.log1p(2 * Math.exp(-20)), Math.log1p(2 * Math.exp(-20)), Math.LN2];
    const hot = Float32Array.from([1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0.5, 0.5, 1e-30]);
    const sparse = crossEntropy(rows.flat(), new Int32Array(6), DLOSS, 3).loss.view;
    expectWithin(sparse, wanted, (r) => 1e-7 + 2e-7 * wanted[r]!, 'labels');
    const dense = crossEntropy(rows.flat(), hot, DLOSS, 3).loss.view;
    expectWithin(dense, [...wanted.slice(0, 5), inf], (r) => 1e-7 + 2e-7 * wanted[r]!, 'targets');
  });

  test('gives NaN to rows without an answer and Infinity to an impossible label', () => {
    const rows = [
      [nan, 0, 0],
      [0, 0, nan],
      [inf, 0, 0],
      [-inf, -inf, -inf],
      [0, 1, -inf],
      [-inf, 0, 0],
    ];
    const { loss, dx } = crossEntropy(rows.flat(), Int32Array.of(1, 1, 1, 1, 2, 1), [1, 1, 1, 1, 1, 1], 3);
    expectWithin(loss.view, [nan, nan, nan, nan, inf, Math.LN2], 1e-7);
    for (const k of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) expect(dx.view[k]).toBeNaN();
    expectWithin(dx.view.subarray(15), [0, -0.5, 0.5], 1e-7);
  });

  test('reads and writes nothing beside its row for a label out of range', () => {
    const x = randomFloats(12, -1, 1);
    const { loss, dx, probabilities } = crossEntropy(x, Int32Array.of(-1, 4, 2 ** 31 - 1, -(2 ** 31)), [1, 1, 1, 1], 3);
    for (const value of loss.view) expect(value).toBeGreaterThan(0);
    sameBits(dx.bits, probabilities.bits, 'gradient without a label');
  });

  test('the debug build refuses a label out of range', () => {
    const debug = loadKernels('debug');
    const labels = debug.base + 64;
    new Int32Array(debug.memory.buffer)[labels / 4] = 3;
    const run = () => debug.kernels.softmaxCrossEntropySparse(debug.base, labels, labels + 64, labels + 128, 1, 3, 0, 1);
    expect(run).toThrow();
    new Int32Array(debug.memory.buffer)[labels / 4] = 2;
    expect(run).not.toThrow();
  });
});

describe('sigmoid cross-entropy', () => {
  const lossOf = (x: number, t: number) => softplus(x) - x * t;

  /** Runs the loss and its gradient whole and in parts. */
  function binary(x: ArrayLike<number>, t: ArrayLike<number>, dloss: ArrayLike<number>, shift = 0) {
    memory.reset();
    const [logits, targets] = [memory.f32(x, shift), memory.f32(t, (shift + 1) % 4)];
    const [up, loss, dx] = [memory.f32(dloss, (shift + 2) % 4), memory.f32(x.length), memory.f32(x.length, shift)];
    const n = x.length;
    checkParts(
      (part, parts) => kernels.sigmoidCrossEntropy(logits.pointer, targets.pointer, loss.pointer, n, part, parts),
      [loss],
    );
    const gradient = (part: number, parts: number) =>
      kernels.sigmoidCrossEntropyGrad(logits.pointer, targets.pointer, up.pointer, dx.pointer, n, part, parts);
    checkParts(gradient, [dx]);
    memory.check();
    return { loss, dx };
  }

  test('agrees with float64 for every length and alignment, whatever the split', () => {
    for (let n = 0; n <= 70; n++) {
      const [x, t, dloss] = [randomFloats(n, -10, 10, n), randomFloats(n, 0, 1, n + 1), randomFloats(n, -1, 1, n + 2)];
      const loss = Array.from(x, (v, k) => lossOf(v, t[k]!));
      const gradient = Array.from(x, (v, k) => (sigmoid(v) - t[k]!) * dloss[k]!);
      const got = binary(x, t, dloss);
      // max(x, 0) − x·t may cancel: the error is relative to |x|.
      expectWithin(got.loss.view, loss, (k) => 2e-7 * (1 + Math.abs(x[k]!)), `loss of ${n}`);
      expectWithin(got.dx.view, gradient, (k) => 4e-7 * Math.abs(dloss[k]!), `gradient of ${n}`);
      const bits = [got.loss.bits.slice(), got.dx.bits.slice()];
      for (const shift of [1, 2, 3]) {
        const shifted = binary(x, t, dloss, shift);
        sameBits(shifted.loss.bits, bits[0]!, `loss shifted by ${shift}`);
        sameBits(shifted.dx.bits, bits[1]!, `gradient shifted by ${shift}`);
      }
    }
  });

  test('neither overflows nor loses the loss of a confident, right prediction', () => {
    const x = [80, -80, 80, -80, 20, -20, 1e30, -1e30, -1e30, -inf, nan].map(Math.fround);
    const t = [1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0];
    const tiny = Math.exp(-80);
    const wanted = [tiny, tiny, 80, 80, Math.exp(-20), Math.exp(-20), 0, 0, Math.fround(1e30), inf, nan];
    const { loss, dx } = binary(
      x,
      t,
      x.map(() => 1),
    );
    expectWithin(loss.view, wanted, (k) => 4e-7 * wanted[k]!);
    expectWithin(dx.view, [0, tiny, 1, -1, -Math.exp(-20), Math.exp(-20), 0, 0, -1, -1, nan], 6e-8);
  });
});

test('oneHot marks the label of each row, and nothing where it is out of range', () => {
  for (let cols = 0; cols <= 20; cols++) {
    memory.reset();
    const values = [0, cols - 1, cols, -1, cols >> 1, 2 ** 31 - 1];
    const labels = memory.i32(values);
    const y = memory.f32(Array<number>(values.length * cols).fill(7), cols % 4);
    checkParts((part, parts) => kernels.oneHot(labels.pointer, y.pointer, values.length, cols, part, parts), [y]);
    memory.check();
    const wanted = values.flatMap((label) => Array.from({ length: cols }, (_, c) => (c === label ? 1 : 0)));
    expect([...y.view]).toEqual(wanted);
  }
});

/** @file Batch normalization against float64 and against the golden values of PyTorch, forward and backward. */

import { describe, expect, test } from 'vitest';
import { loadKernels } from '../support/engine.ts';
import { loadGolden } from '../support/golden.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';
import { amongNaNs, checkParts, expectWithin, randomFloats, sameBits } from '../support/kernel-checks.ts';

const loaded = loadKernels('simd');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);

/** Widths around the strips, heights around the blocks. */
const SHAPES: [number, number][] = [];
for (let cols = 1; cols <= 37; cols++) SHAPES.push([5, cols]);
for (const rows of [1, 2, 3, 15, 16, 17, 31, 32, 33, 64, 65, 255, 256, 257, 600]) SHAPES.push([rows, 1], [rows, 3], [rows, 21]);
SHAPES.push([32, 784], [200, 64], [3, 0]);

interface Values {
  readonly x: ArrayLike<number>;
  readonly dy: ArrayLike<number>;
  /** null: absent. */
  readonly gamma: ArrayLike<number> | null;
  readonly beta: ArrayLike<number> | null;
}

/** Everything the kernels compute, in float64. */
function reference({ x, dy, gamma, beta }: Values, rows: number, cols: number, epsilon: number) {
  const at = (values: ArrayLike<number>, r: number, c: number) => values[r * cols + c]!;
  const columns = Array.from({ length: cols }, (_, c) => {
    let [mean, variance, dgamma, dbeta] = [0, 0, 0, 0];
    for (let r = 0; r < rows; r++) mean += at(x, r, c) / rows;
    for (let r = 0; r < rows; r++) variance += (at(x, r, c) - mean) ** 2 / rows;
    const inverse = 1 / Math.sqrt(variance + epsilon);
    for (let r = 0; r < rows; r++) {
      dgamma += at(dy, r, c) * (at(x, r, c) - mean) * inverse;
      dbeta += at(dy, r, c);
    }
    return { mean, variance, inverse, dgamma, dbeta };
  });
  const each = (f: (c: number, k: number) => number) => Array.from({ length: rows * cols }, (_, k) => f(k % cols, k));
  const y = each((c, k) => (gamma?.[c] ?? 1) * (x[k]! - columns[c]!.mean) * columns[c]!.inverse + (beta?.[c] ?? 0));
  const dx = each((c, k) => {
    const { mean, inverse, dgamma, dbeta } = columns[c]!;
    return (gamma?.[c] ?? 1) * inverse * (dy[k]! - dbeta / rows - ((x[k]! - mean) * inverse * dgamma) / rows);
  });
  return { columns, y, dx };
}

/** Runs every kernel on a batch, each whole and in parts. */
function run({ x, dy, gamma, beta }: Values, rows: number, cols: number, epsilon: number, shift = 0) {
  memory.reset();
  const [input, upstream] = [amongNaNs(memory, x, shift), amongNaNs(memory, dy, (shift + 2) % 4)];
  const column = () => memory.f32(cols, shift);
  const [mean, variance, dgamma, dbeta] = [column(), column(), column(), column()];
  const scale = gamma ? memory.f32(gamma, shift).pointer : 0;
  const center = beta ? memory.f32(beta, shift).pointer : 0;
  const [y, dx] = [memory.f32(x.length, (shift + 1) % 4), memory.f32(x.length, (shift + 3) % 4)];
  const [sameY, sameDx] = [memory.f32(x), memory.f32(dy)];
  const [m, v] = [mean.pointer, variance.pointer];
  checkParts((part, parts) => kernels.batchNormStatistics(input.pointer, m, v, rows, cols, part, parts), [mean, variance]);
  const forward = (from: number, to: number) => (part: number, parts: number) =>
    kernels.batchNormForward(from, m, v, scale, center, to, rows, cols, epsilon, part, parts);
  checkParts(forward(input.pointer, y.pointer), [y]);
  checkParts(forward(sameY.pointer, sameY.pointer), [sameY]);
  const parameters = (part: number, parts: number) =>
    kernels.batchNormGradParameters(
      input.pointer,
      upstream.pointer,
      m,
      v,
      dgamma.pointer,
      dbeta.pointer,
      rows,
      cols,
      epsilon,
      part,
      parts,
    );
  checkParts(parameters, [dgamma, dbeta]);
  const backward = (up: number, to: number) => (part: number, parts: number) =>
    kernels.batchNormGradInput(
      input.pointer,
      up,
      m,
      v,
      scale,
      dgamma.pointer,
      dbeta.pointer,
      to,
      rows,
      cols,
      epsilon,
      part,
      parts,
    );
  checkParts(backward(upstream.pointer, dx.pointer), [dx]);
  checkParts(backward(sameDx.pointer, sameDx.pointer), [sameDx]);
  sameBits(sameY.bits, y.bits, 'forward in place');
  sameBits(sameDx.bits, dx.bits, 'gradient in place');
  memory.check();
  return { mean, variance, dgamma, dbeta, y, dx };
}

describe('batch normalization', () => {
  test('agrees with float64 in every shape and alignment, with and without γ and β, whatever the split', () => {
    for (const [rows, cols] of SHAPES) {
      const values: Values = {
        x: randomFloats(rows * cols, -2, 3, cols),
        dy: randomFloats(rows * cols, -1, 1, cols + 1),
        gamma: cols % 3 === 2 ? null : randomFloats(cols, 0.5, 1.5, rows),
        beta: cols % 4 === 3 ? null : randomFloats(cols, -1, 1, rows + 1),
      };
      const where = `[${rows}, ${cols}]`;
      const wanted = reference(values, rows, cols, 1e-3);
      const { columns } = wanted;
      const got = run(values, rows, cols, 1e-3);
      const inverseOf = (k: number) => columns[k % cols]!.inverse;
      expectWithin(
        got.mean.view,
        columns.map((c) => c.mean),
        4e-7,
        `mean ${where}`,
      );
      expectWithin(
        got.variance.view,
        columns.map((c) => c.variance),
        (c) => 4e-7 * (1 + columns[c]!.variance),
        `variance ${where}`,
      );
      expectWithin(got.y.view, wanted.y, (k) => 1e-6 * (1 + inverseOf(k)), `y ${where}`);
      expectWithin(
        got.dgamma.view,
        columns.map((c) => c.dgamma),
        (c) => 4e-7 * rows * (1 + inverseOf(c)),
        `dgamma ${where}`,
      );
      expectWithin(
        got.dbeta.view,
        columns.map((c) => c.dbeta),
        2e-7 * rows,
        `dbeta ${where}`,
      );
      expectWithin(got.dx.view, wanted.dx, (k) => 1e-6 * inverseOf(k) * (1 + inverseOf(k)), `dx ${where}`);
      const bits = [got.mean, got.variance, got.y, got.dgamma, got.dbeta, got.dx].map((block) => block.bits.slice());
      for (const shift of rows * cols > 4000 ? [1] : [1, 2, 3]) {
        const shifted = run(values, rows, cols, 1e-3, shift);
        const blocks = [shifted.mean, shifted.variance, shifted.y, shifted.dgamma, shifted.dbeta, shifted.dx];
        blocks.forEach((block, k) => {
          sameBits(block.bits, bits[k]!, `output ${k} of ${where} shifted by ${shift}`);
        });
      }
    }
  });

  test('of a single row has variance 0, gives β and passes no gradient', () => {
    for (const cols of [1, 5, 19]) {
      const beta = randomFloats(cols, -1, 1, 2);
      const got = run(
        { x: randomFloats(cols, -9, 9), dy: randomFloats(cols, -1, 1, 3), gamma: randomFloats(cols), beta },
        1,
        cols,
        1e-3,
      );
      expect([...got.variance.view]).toEqual(Array(cols).fill(0));
      expect([...got.y.view]).toEqual([...beta]);
      expectWithin(got.dx.view, new Float32Array(cols), 0);
    }
  });

  test('finds a small variance around a large mean', () => {
    const [rows, cols] = [1000, 18];
    const x = randomFloats(rows * cols, 0, 1).map((v) => 4096 + v);
    const { columns } = reference({ x, dy: x, gamma: null, beta: null }, rows, cols, 0);
    const { variance } = run({ x, dy: x, gamma: null, beta: null }, rows, cols, 1e-3);
    // The mean rounds to 2⁻¹² of itself, an error of at most 2⁻²⁴ in the variance.
    expectWithin(
      variance.view,
      columns.map((c) => c.variance),
      (c) => 1e-6 * columns[c]!.variance + 2 ** -24,
    );
  });

  test('has statistics off by less than 3e-7 over 100352 rows', () => {
    const [rows, cols] = [100352, 3];
    const x = randomFloats(rows * cols, 0, 2);
    const { columns } = reference({ x, dy: x, gamma: null, beta: null }, rows, cols, 0);
    memory.reset();
    const [input, mean, variance] = [memory.f32(x), memory.f32(cols), memory.f32(cols)];
    kernels.batchNormStatistics(input.pointer, mean.pointer, variance.pointer, rows, cols, 0, 1);
    expectWithin(
      mean.view,
      columns.map((c) => c.mean),
      (c) => 3e-7 * columns[c]!.mean,
      'mean',
    );
    expectWithin(
      variance.view,
      columns.map((c) => c.variance),
      (c) => 3e-7 * columns[c]!.variance,
      'variance',
    );
  });

  test('has columns whose bits depend neither on their place nor on their neighbours', () => {
    const rows = 70;
    const [x, dy] = [randomFloats(rows), randomFloats(rows, -1, 1, 2)];
    const found = new Set<string>();
    for (const cols of [1, 2, 4, 5, 16, 19, 40]) {
      for (const c of new Set([0, 1 % cols, cols >> 1, cols - 1])) {
        const insert = (values: Float32Array, column: Float32Array) =>
          values.map((v, k) => (k % cols === c ? column[Math.floor(k / cols)]! : v));
        const got = run(
          {
            x: insert(randomFloats(rows * cols, -1, 1, 3), x),
            dy: insert(randomFloats(rows * cols, -1, 1, 4), dy),
            gamma: null,
            beta: null,
          },
          rows,
          cols,
          1e-3,
        );
        const own = [got.mean, got.variance, got.dgamma, got.dbeta].map(({ bits }) => bits[c]);
        found.add([...own, got.y.bits[rows * cols - cols + c], got.dx.bits[rows * cols - cols + c]].join());
      }
    }
    expect(found.size).toBe(1);
  });
});

test('movingAverage mixes old and new for every length and alignment, whatever the split', () => {
  for (let n = 0; n <= 70; n++) {
    const [batch, moving] = [randomFloats(n, -1, 1, n), randomFloats(n, -1, 1, n + 1)];
    const wanted = Array.from(moving, (m, k) => m * 0.9 + batch[k]! * 0.1);
    for (const shift of [0, 1, 2, 3]) {
      memory.reset();
      const [from, to] = [amongNaNs(memory, batch, shift), memory.f32(moving, (shift + 1) % 4)];
      checkParts((part, parts) => kernels.movingAverage(from.pointer, to.pointer, n, 0.9, part, parts), [to]);
      memory.check();
      expectWithin(to.view, wanted, 1.5e-7);
    }
  }
});

describe('golden values', () => {
  const cases = loadGolden('batchnorm').cases.filter(({ config, inputs }) => config.axis === -1 || inputs.x!.shape.length === 2);

  test.each(cases)('$name', ({ config, inputs, params, outputs, upstream, grads, f32err }) => {
    const cols = inputs.x!.shape.at(-1)!;
    const rows = inputs.x!.data.length / cols;
    const [epsilon, momentum] = [config.epsilon as number, config.momentum as number];
    const within = (name: string, wanted: readonly number[]) => (k: number) =>
      Math.max(1e-6 + 1e-5 * Math.abs(wanted[k]!), 10 * (f32err?.[name] ?? 0) + 1e-6);
    const values: Values = {
      x: inputs.x!.data,
      dy: upstream!.y!.data,
      gamma: params?.gamma?.data ?? null,
      beta: params?.beta?.data ?? null,
    };
    if (config.training) {
      const got = run(values, rows, cols, epsilon);
      expectWithin(got.y.view, outputs.y!.data, within('y', outputs.y!.data), 'y');
      expectWithin(got.dx.view, grads!.x!.data, within('grad:x', grads!.x!.data), 'dx');
      if (grads!.gamma) expectWithin(got.dgamma.view, grads!.gamma.data, within('grad:gamma', grads!.gamma.data), 'dgamma');
      if (grads!.beta) expectWithin(got.dbeta.view, grads!.beta.data, within('grad:beta', grads!.beta.data), 'dbeta');
      for (const [name, batch] of [
        ['moving_mean', got.mean],
        ['moving_variance', got.variance],
      ] as const) {
        const moving = memory.f32(inputs[name]!.data);
        kernels.movingAverage(batch.pointer, moving.pointer, cols, momentum, 0, 1);
        const wanted = outputs[`new_${name}`]!.data;
        expectWithin(moving.view, wanted, within(`new_${name}`, wanted), name);
      }
    } else {
      memory.reset();
      const [x, y] = [memory.f32(values.x), memory.f32(values.x.length)];
      const [mean, variance] = [memory.f32(inputs.moving_mean!.data), memory.f32(inputs.moving_variance!.data)];
      const [gamma, beta] = [values.gamma, values.beta].map((p) => (p ? memory.f32(p).pointer : 0)) as [number, number];
      kernels.batchNormForward(x.pointer, mean.pointer, variance.pointer, gamma, beta, y.pointer, rows, cols, epsilon, 0, 1);
      expectWithin(y.view, outputs.y!.data, within('y', outputs.y!.data), 'y');
    }
  });
});

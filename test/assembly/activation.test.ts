/** @file Activation kernels against float64: values in ulp over the whole float32 range, gradients, extremes, threads, aliasing. */

import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { type ActivationReference, references, SELU_ALPHA, SELU_SCALE } from '../support/activation-references.ts';
import { loadKernels } from '../support/engine.ts';
import { ulpError } from '../support/float64.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';
import { checkParts } from '../support/kernel-checks.ts';

const step = Number(process.env.MYELIN_ULP_STEP ?? 2039);
const CHUNK = 1 << 16;

const loaded = loadKernels('simd');
const memory = new GuardedMemory(loaded);
const x = memory.f32(CHUNK);
const dy = memory.f32(CHUNK);
const y = memory.f32(CHUNK);

interface Case {
  readonly name: keyof typeof references;
  /** Largest error of the value in ulp. */
  readonly bound: number;
  readonly scalars?: readonly number[];
  /** Name of the kernel, where it is another's. */
  readonly kernel?: string;
}

const CASES: readonly Case[] = [
  { name: 'silu', bound: 3.5 },
  { name: 'mish', bound: 4.5 },
  { name: 'gelu', bound: 6.5 },
  { name: 'geluTanh', bound: 3.5 },
  { name: 'elu', bound: 2.5, scalars: [1, 0.75] },
  { name: 'selu', bound: 2.5, scalars: [Math.fround(SELU_SCALE), Math.fround(SELU_SCALE * SELU_ALPHA)], kernel: 'elu' },
  { name: 'celu', bound: 2.5, scalars: [2] },
  { name: 'softsign', bound: 1.6 },
  { name: 'hardSigmoid', bound: 1.5 },
  { name: 'hardSilu', bound: 2.6 },
  { name: 'squareplus', bound: 3, scalars: [4] },
];

type Kernel = (...args: number[]) => void;
const kernels = loaded.kernels as unknown as Readonly<Record<string, Kernel>>;

const EXTREMES = [0, 2 ** -149, 2 ** -126, 1e-20, 2 ** -25, 0.5, 1, 3, 5, 9, 10.5, 14, 20, 80, 88, 100, 104, 110, 500, 3.4e38]
  .concat(Number.POSITIVE_INFINITY)
  .flatMap((v) => [v, -v].map(Math.fround));

/** Error in ulp; zeros are alike whatever their sign. */
const errorOf = (got: number, exact: number): number => (got === 0 && exact === 0 ? 0 : ulpError(got, exact));

describe.each([...CASES])('$name', ({ name, bound, scalars = [], kernel = name }) => {
  const reference: ActivationReference = references[name];

  test(`is within ${bound} ulp on every ${step}th float32`, { timeout: 3_600_000 }, () => {
    let [worst, at] = [0, 0];
    for (let bits = 0; bits < 2 ** 32; ) {
      let n = 0;
      for (; n < CHUNK && bits < 2 ** 32; bits += step) x.bits[n++] = bits;
      kernels[kernel]!(x.pointer, y.pointer, n, ...scalars, 0, 1);
      for (let i = 0; i < n; i++) {
        const error = errorOf(y.view[i]!, reference.value(x.view[i]!));
        if (!(error <= worst)) [worst, at] = [error, x.view[i]!];
      }
    }
    expect(worst, `${name}(${at})`).toBeLessThanOrEqual(bound);
  });

  test('is finite for finite inputs and right at the extremes', () => {
    x.view.set([...EXTREMES, Number.NaN]);
    kernels[kernel]!(x.pointer, y.pointer, EXTREMES.length + 1, ...scalars, 0, 1);
    expect(y.view[EXTREMES.length]).toBeNaN();
    for (const [i, v] of EXTREMES.entries()) {
      const exact = reference.value(v);
      expect(errorOf(y.view[i]!, exact), `${name}(${v}) is ${y.view[i]}, not ${exact}`).toBeLessThanOrEqual(bound);
    }
  });
});

describe.each([...CASES, { name: 'softplus', bound: 0 } as Case])(
  'gradient of $name',
  ({ name, scalars = [], kernel = name }) => {
    const reference: ActivationReference = references[name];
    const run = kernels[`${kernel}Grad`]!;

    test('is within 1e-6 of the exact derivative, and within 1e-5 of its own size in the tails', () => {
      const random = seedrandom(name);
      for (let i = 0; i < CHUNK; i++) x.view[i] = (random() * 2 - 1) * 2 ** (random() * 11 - 4);
      x.view.set(EXTREMES);
      dy.view.fill(1);
      run(x.pointer, dy.pointer, y.pointer, CHUNK, ...scalars, 0, 1);
      for (let i = 0; i < CHUNK; i++) {
        const v = x.view[i]!;
        const exact = reference.slope(v);
        const isTail = v < -2 && Math.abs(exact) > 1e-36;
        const allowed = isTail ? 1e-5 * Math.abs(exact) : 1e-6;
        expect(Math.abs(y.view[i]! - exact) <= allowed, `${name}'(${v}) is ${y.view[i]}, not ${exact}`).toBe(true);
      }
    });

    test('multiplies by dy, over either input, whatever the length and the number of threads', () => {
      const random = seedrandom(`${name} dy`);
      for (let n = 0; n < 41; n++) {
        const values = Float32Array.from({ length: n }, () => random() * 8 - 4);
        x.view.set(values);
        dy.view.fill(1, 0, n);
        run(x.pointer, dy.pointer, y.pointer, n, ...scalars, 0, 1);
        const slopes = y.view.slice(0, n);
        dy.view.fill(-2, 0, n);
        run(x.pointer, dy.pointer, dy.pointer, n, ...scalars, 0, 1);
        expect(dy.view.slice(0, n).map((value) => value + 0)).toEqual(slopes.map((value) => -2 * value + 0));
        dy.view.fill(4, 0, n);
        run(x.pointer, dy.pointer, x.pointer, n, ...scalars, 0, 1);
        expect(x.view.slice(0, n).map((value) => value + 0)).toEqual(slopes.map((value) => 4 * value + 0));
      }
      checkParts((part, parts) => run(x.pointer, dy.pointer, y.pointer, 203, ...scalars, part, parts), [y]);
      memory.check();
    });
  },
);

describe('leakyRelu', () => {
  const inputs = [-3, -1, -0.5, 0, 0.5, 1, 3, 7, -Infinity, Infinity];
  const values = (slope: number, threshold: number, limit: number): number[] => {
    x.view.set([...inputs, Number.NaN]);
    kernels.leakyRelu!(x.pointer, y.pointer, inputs.length + 1, slope, threshold, limit, 0, 1);
    expect(y.view[inputs.length]).toBeNaN();
    return [...y.view.subarray(0, inputs.length)];
  };
  const rounded = (list: readonly number[]) => list.map(Math.fround);

  test('has the values Keras gives', () => {
    const slope = Math.fround(0.1);
    expect(values(0, 0, Infinity)).toEqual([0, 0, 0, 0, 0.5, 1, 3, 7, 0, Infinity]);
    expect(values(0, 0, 6)).toEqual([0, 0, 0, 0, 0.5, 1, 3, 6, 0, 6]);
    expect(values(slope, 1, Infinity)).toEqual(
      rounded([-0.4, -0.2, -0.15, -0.1, -0.05, 0, 3, 7, -Infinity, Infinity]).map((v) => expect.closeTo(v, 6)),
    );
    expect(values(slope, 0, 2)).toEqual(
      rounded([-0.3, -0.1, -0.05, -0, 0.5, 1, 2, 2, -Infinity, 2]).map((v) => (v === 0 ? expect.closeTo(0) : v)),
    );
  });
});

test('sparsemax ends on ties, huge rows and rows of one class', () => {
  const rows = [
    [1, 1, 1, 1],
    [1e30, -1e30, 0, 1e30],
    [0, 0.5, -Infinity, 0.25],
  ];
  x.view.set(rows.flat());
  kernels.sparsemax!(x.pointer, y.pointer, 3, 4, 0, 1);
  expect([...y.view.subarray(0, 12)]).toEqual(
    [0.25, 0.25, 0.25, 0.25, 0.5, 0, 0, 0.5, 0.08333331346511841, 0.5833333134651184, 0, 0.3333333134651184].map((v) =>
      expect.closeTo(v, 6),
    ),
  );
  x.view[0] = 5;
  kernels.sparsemax!(x.pointer, y.pointer, 1, 1, 0, 1);
  expect(y.view[0]).toBe(1);
});

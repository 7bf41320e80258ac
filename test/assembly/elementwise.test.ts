/** @file Elementwise kernels: values, every length and alignment, threads, aliasing. Error bounds of the math: math.test.ts. */

import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { loadKernels } from '../support/engine.ts';
import { erf, pow, roundEven, sigmoid, softplus, ulpError } from '../support/float64.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';

const loaded = loadKernels('debug');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);

type Name = keyof typeof kernels;

/** Lengths around one and two vectors, with part borders in between. */
const LENGTHS = Array.from({ length: 41 }, (_, n) => n);
const PARTS_LENGTH = 203;

const EXTREMES = [0, 1, 2.5, 80, 2 ** -149, 2 ** -130, 2 ** -126, 1e-20, 0.5, 1.5, 3, 8388607.5, 2 ** 31, 3.4028234663852886e38]
  .concat(Number.POSITIVE_INFINITY)
  .flatMap((v) => [v, -v])
  .concat(Number.NaN);

const random = seedrandom('elementwise');
const ordinary = (n: number) => Float32Array.from({ length: n }, () => (random() * 2 - 1) * 2 ** Math.floor(random() * 12 - 6));
const bitsOf = (values: Float32Array) => Array.from(new Uint32Array(values.slice().buffer));

function expectWithin(got: Float32Array, exact: number[], bound: number, say: (i: number) => string): void {
  for (const [i, value] of exact.entries()) {
    if (!(ulpError(got[i]!, value) <= bound)) expect.fail(`${say(i)} is ${got[i]}, not ${value}`);
  }
}

const UNARY: { name: Name; exact: (x: number) => number; bound?: number }[] = [
  { name: 'neg', exact: (x) => -x },
  { name: 'abs', exact: Math.abs },
  { name: 'sign', exact: Math.sign },
  { name: 'exp', exact: Math.exp, bound: 2 },
  { name: 'expm1', exact: Math.expm1, bound: 2 },
  { name: 'log', exact: Math.log, bound: 2 },
  { name: 'log1p', exact: Math.log1p, bound: 2 },
  { name: 'sqrt', exact: Math.sqrt },
  { name: 'rsqrt', exact: (x) => 1 / Math.sqrt(x), bound: 2 },
  { name: 'square', exact: (x) => x * x },
  { name: 'reciprocal', exact: (x) => 1 / x },
  { name: 'sin', exact: Math.sin, bound: 2 },
  { name: 'cos', exact: Math.cos, bound: 2 },
  { name: 'tanh', exact: Math.tanh, bound: 2 },
  { name: 'sigmoid', exact: sigmoid, bound: 2 },
  { name: 'erf', exact: erf, bound: 2 },
  { name: 'softplus', exact: softplus, bound: 2 },
  { name: 'relu', exact: (x) => (Object.is(x, -0) ? x : Math.max(x, 0)) },
  { name: 'floor', exact: Math.floor },
  { name: 'ceil', exact: Math.ceil },
  { name: 'round', exact: roundEven },
];

describe.each(UNARY)('$name', ({ name, exact, bound = 0.5 }) => {
  const kernel = kernels[name];

  test('gives the exact value, rounded, also at the extremes', () => {
    memory.reset();
    const x = memory.f32([...ordinary(1000), ...EXTREMES]);
    const y = memory.f32(x.view.length);
    kernel(x.pointer, y.pointer, x.view.length, 0, 1);
    // A float64 reference neither rounds nor underflows to zero where float32 does: compare what float32 can tell apart.
    const want = Array.from(x.view, (v) => (Math.fround(exact(v)) === 0 ? Math.fround(exact(v)) : exact(v)));
    expectWithin(y.view, want, bound, (i) => `${name}(${x.view[i]})`);
  });

  test('treats every element alike, at every length and alignment, and writes nothing else', () => {
    for (const n of LENGTHS) {
      for (let shift = 0; shift < 4; shift++) {
        memory.reset();
        const values = ordinary(n);
        const x = memory.f32(values, shift);
        const y = memory.f32(n, (shift * 3 + n) & 3);
        const alone = memory.f32(n);
        kernel(x.pointer, y.pointer, n, 0, 1);
        for (let i = 0; i < n; i++) kernel(x.pointer + 4 * i, alone.pointer + 4 * i, 1, 0, 1);
        memory.check();
        expect(bitsOf(y.view)).toEqual(bitsOf(alone.view));
        expect(bitsOf(x.view)).toEqual(bitsOf(values));
        kernel(x.pointer, x.pointer, n, 0, 1);
        memory.check();
        expect(bitsOf(x.view)).toEqual(bitsOf(alone.view));
      }
    }
  });

  test('gives the same bits from one to four threads', () => {
    memory.reset();
    const x = memory.f32(ordinary(PARTS_LENGTH), 1);
    const whole = memory.f32(PARTS_LENGTH);
    kernel(x.pointer, whole.pointer, PARTS_LENGTH, 0, 1);
    for (let parts = 2; parts <= 4; parts++) {
      const y = memory.f32(PARTS_LENGTH, parts & 3);
      for (let part = 0; part < parts; part++) kernel(x.pointer, y.pointer, PARTS_LENGTH, part, parts);
      expect(bitsOf(y.view)).toEqual(bitsOf(whole.view));
    }
    memory.check();
  });
});

/** What a sigmoid may give. */
const UNIT = [0, 2 ** -149, 2 ** -130, 2 ** -126, 2 ** -24, 0.5, 1 - 2 ** -24, 1, Number.NaN];

/** Kernels over inputs of one length; `scalars` follow the length. Values are exact because float64 holds each step. */
const POINTWISE: {
  name: Name;
  inputs: number;
  scalars?: number[];
  exact: (...v: number[]) => number;
  bound?: number;
  extremes?: number[];
}[] = [
  { name: 'reluGrad', inputs: 2, exact: (y, dy) => (y! > 0 ? dy! : 0) },
  { name: 'sigmoidGrad', inputs: 2, exact: (y, dy) => dy! * (y! * (1 - y!)), bound: 2, extremes: UNIT },
  {
    name: 'tanhGrad',
    inputs: 2,
    exact: (y, dy) => dy! * ((1 - y!) * (1 + y!)),
    bound: 2.5,
    extremes: UNIT.concat(UNIT.map((v) => -v)),
  },
  { name: 'select', inputs: 3, exact: (c, a, b) => (c !== 0 ? a! : b!) },
  { name: 'clip', inputs: 1, scalars: [-0.75, 2], exact: (x) => (Number.isNaN(x) ? x! : Math.min(Math.max(x!, -0.75), 2)) },
  { name: 'clipGrad', inputs: 2, scalars: [-0.75, 2], exact: (x, dy) => (x! >= -0.75 && x! <= 2 ? dy! : 0) },
  { name: 'scale', inputs: 1, scalars: [0.5, 8], exact: (x) => x! * 0.5 + 8 },
];

describe.each(POINTWISE)('$name', ({ name, inputs, scalars = [], exact, bound = 0.5, extremes = EXTREMES }) => {
  const kernel = kernels[name];
  const run = (pointers: number[], n: number, part = 0, parts = 1) => kernel(...pointers, n, ...scalars, part, parts);

  test('gives the exact value, rounded, also at the extremes', () => {
    memory.reset();
    const size = 400 + extremes.length;
    const blocks = Array.from({ length: inputs }, () => memory.f32(size));
    // Outputs of saturating functions lie within ±1.
    for (const { view } of blocks) view.set(ordinary(400).map((v) => v % 1));
    for (const [k, { view }] of blocks.entries()) for (const [i, v] of extremes.entries()) view[400 + i] = k ? (i % 5) - 2 : v;
    const y = memory.f32(size);
    run([...blocks.map((b) => b.pointer), y.pointer], size);
    const want = Array.from(y.view, (_, i) => {
      const value = exact(...blocks.map((b) => b.view[i]!));
      return Math.fround(value) === 0 ? Math.fround(value) : value;
    });
    // Products with a zero have a sign that the condition of a gradient does not; only the size of zero counts.
    for (const [i, v] of want.entries()) {
      if (v === 0) expect(Math.abs(y.view[i]!), `${name} at ${blocks.map((b) => b.view[i])}`).toBe(0);
      else if (ulpError(y.view[i]!, v) > bound) expect.fail(`${name}(${blocks.map((b) => b.view[i])}) is ${y.view[i]}, not ${v}`);
    }
  });

  test('works at every length and alignment, in place and on several threads', () => {
    for (const n of [...LENGTHS, PARTS_LENGTH]) {
      memory.reset();
      const blocks = Array.from({ length: inputs }, (_, k) => {
        const values = ordinary(n);
        for (let i = k; i < n; i += 5) values[i] = 0;
        return memory.f32(values, (n + k) & 3);
      });
      const pointers = blocks.map((b) => b.pointer);
      const alone = memory.f32(n);
      for (let i = 0; i < n; i++)
        run(
          [...pointers, alone.pointer].map((p) => p + 4 * i),
          1,
        );
      for (let parts = 1; parts <= 4; parts++) {
        const y = memory.f32(n, parts & 3);
        for (let part = 0; part < parts; part++) run([...pointers, y.pointer], n, part, parts);
        expect(bitsOf(y.view)).toEqual(bitsOf(alone.view));
      }
      for (const { view, pointer } of blocks) {
        const saved = view.slice();
        run([...pointers, pointer], n);
        expect(bitsOf(view)).toEqual(bitsOf(alone.view));
        view.set(saved);
      }
      memory.check();
    }
  });
});

test('accumulate adds to what is there', () => {
  for (const n of LENGTHS) {
    memory.reset();
    const x = memory.f32(ordinary(n), n & 3);
    const y = memory.f32(ordinary(n), (n + 1) & 3);
    const want = y.view.map((v, i) => v + x.view[i]!);
    for (let part = 0; part < 3; part++) kernels.accumulate(x.pointer, y.pointer, n, part, 3);
    memory.check();
    expect(y.view).toEqual(want);
  }
});

const either = (f: (a: number, b: number) => number) => (a: number, b: number) =>
  Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : f(a, b);

const BINARY: { name: Name; exact: (a: number, b: number) => number; bound?: number }[] = [
  { name: 'add', exact: (a, b) => a + b },
  { name: 'sub', exact: (a, b) => a - b },
  { name: 'mul', exact: (a, b) => a * b },
  { name: 'div', exact: (a, b) => a / b },
  { name: 'maximum', exact: either(Math.max) },
  { name: 'minimum', exact: either(Math.min) },
  { name: 'pow', exact: pow, bound: 0.6 },
  { name: 'squaredDifference', exact: (a, b) => Math.fround(a - b) ** 2 },
  { name: 'equal', exact: (a, b) => (a === b ? 1 : 0) },
  { name: 'notEqual', exact: (a, b) => (a !== b ? 1 : 0) },
  { name: 'less', exact: (a, b) => (a < b ? 1 : 0) },
  { name: 'lessEqual', exact: (a, b) => (a <= b ? 1 : 0) },
  { name: 'greater', exact: (a, b) => (a > b ? 1 : 0) },
  { name: 'greaterEqual', exact: (a, b) => (a >= b ? 1 : 0) },
];

describe.each(BINARY)('$name', ({ name, exact, bound = 0.5 }) => {
  const kernel = kernels[name];

  test('gives the exact value, rounded, for every pair of extremes', () => {
    memory.reset();
    const size = EXTREMES.length;
    const a = memory.f32(EXTREMES);
    const y = memory.f32(size * size);
    // Row r pairs extreme r with all of them.
    kernel(a.pointer, a.pointer, y.pointer, size, size, 1, 0, 0, 1, 0, 1);
    const want = Array.from(y.view, (_, i) => {
      const value = exact(a.view[Math.floor(i / size)]!, a.view[i % size]!);
      return Math.fround(value) === 0 ? Math.fround(value) : value;
    });
    expectWithin(y.view, want, bound, (i) => `${name}(${a.view[Math.floor(i / size)]}, ${a.view[i % size]})`);
  });

  test('works at every length, in place of either operand and on several threads', () => {
    for (const n of [...LENGTHS, PARTS_LENGTH]) {
      memory.reset();
      const a = memory.f32(ordinary(n), n & 3);
      const b = memory.f32(ordinary(n), (n + 1) & 3);
      for (let i = 0; i < n; i += 3) b.view[i] = a.view[i]!;
      const alone = memory.f32(n);
      for (let i = 0; i < n; i++) {
        kernel(a.pointer + 4 * i, b.pointer + 4 * i, alone.pointer + 4 * i, 1, 1, 0, 1, 0, 1, 0, 1);
      }
      for (let parts = 1; parts <= 4; parts++) {
        const y = memory.f32(n, parts & 3);
        for (let part = 0; part < parts; part++) kernel(a.pointer, b.pointer, y.pointer, 1, n, 0, 1, 0, 1, part, parts);
        expect(bitsOf(y.view)).toEqual(bitsOf(alone.view));
      }
      for (const { view, pointer } of [a, b]) {
        const saved = view.slice();
        kernel(a.pointer, b.pointer, pointer, 1, n, 0, 1, 0, 1, 0, 1);
        expect(bitsOf(view)).toEqual(bitsOf(alone.view));
        view.set(saved);
      }
      memory.check();
    }
  });

  test('broadcasts rows, columns and single numbers', () => {
    for (const [rows, cols] of [
      [0, 5],
      [1, 1],
      [1, 70],
      [2, 0],
      [3, 1],
      [5, 17],
      [9, 4],
      [19, 1],
      [40, 3],
    ] as const) {
      for (const [aRow, aCol] of [
        [cols, 1],
        [cols + 3, 1],
        [0, 1],
        [1, 0],
        [0, 0],
        [2, 0],
      ] as const) {
        for (const [bRow, bCol] of [
          [cols, 1],
          [0, 1],
          [1, 0],
          [0, 0],
        ] as const) {
          memory.reset();
          const a = memory.f32(ordinary((rows + 1) * (cols + 3)), rows & 3);
          const b = memory.f32(ordinary((rows + 1) * (cols + 3)), cols & 3);
          const want = Float32Array.from({ length: rows * cols }, (_, i) => {
            const [r, c] = [Math.floor(i / cols), i % cols];
            return exact(a.view[r * aRow + c * aCol]!, b.view[r * bRow + c * bCol]!);
          });
          for (const parts of [1, 2, 4]) {
            const y = memory.f32(rows * cols, parts & 3);
            for (let part = 0; part < parts; part++) {
              kernel(a.pointer, b.pointer, y.pointer, rows, cols, aRow, aCol, bRow, bCol, part, parts);
            }
            memory.check();
            for (let i = 0; i < rows * cols; i++) {
              if (!(ulpError(y.view[i]!, want[i]!) <= bound + 0.5))
                expect.fail(`element ${i} of ${rows}×${cols} is ${y.view[i]}, not ${want[i]}`);
            }
          }
        }
      }
    }
  });
});

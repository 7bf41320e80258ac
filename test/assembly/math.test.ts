/**
 * @file The vector math against float64, over the whole float32 range. `MYELIN_ULP_STEP=1 npx vitest run test/assembly/math`
 * tries every float32 (some minutes per function); the default step visits two million.
 */

import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { loadKernels } from '../support/engine.ts';
import { erf, pow, sigmoid, softplus, ulpError } from '../support/float64.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';

const step = Number(process.env.MYELIN_ULP_STEP ?? 2039);
const CHUNK = 1 << 16;

const loaded = loadKernels('simd');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);
const x = memory.f32(CHUNK);
const b = memory.f32(CHUNK);
const y = memory.f32(CHUNK);

/** The bounds lie a tenth of an ulp above the largest error over every float32 between 2^-22 and 2^8, where it occurs. */
const FUNCTIONS = [
  { name: 'exp', exact: Math.exp, bound: 1.1 },
  { name: 'expm1', exact: Math.expm1, bound: 1.7 },
  { name: 'log', exact: Math.log, bound: 1 },
  { name: 'log1p', exact: Math.log1p, bound: 1.05 },
  { name: 'softplus', exact: softplus, bound: 1.8 },
  { name: 'sigmoid', exact: sigmoid, bound: 2 },
  { name: 'tanh', exact: Math.tanh, bound: 1.45 },
  { name: 'erf', exact: erf, bound: 1.4 },
  { name: 'sin', exact: Math.sin, bound: 0.6 },
  { name: 'cos', exact: Math.cos, bound: 0.6 },
  { name: 'sqrt', exact: Math.sqrt, bound: 0.5 },
  { name: 'rsqrt', exact: (v: number) => 1 / Math.sqrt(v), bound: 1.6 },
  { name: 'reciprocal', exact: (v: number) => 1 / v, bound: 0.5 },
] as const;

const EXTREMES = [
  0,
  2 ** -149,
  2 ** -127,
  2 ** -126,
  1e-20,
  2 ** -25,
  0.5,
  0.625,
  1,
  Math.PI,
  16777217,
  80,
  87.336548,
  88.722839,
  88.72284,
  103.97208,
  103.97209,
  3.4028234663852886e38,
  Number.POSITIVE_INFINITY,
];

/** Largest error over the first n values of x. */
function worst(n: number, exact: (v: number) => number): { error: number; at: number } {
  let error = 0;
  let at = 0;
  for (let i = 0; i < n; i++) {
    const e = ulpError(y.view[i]!, exact(x.view[i]!));
    if (!(e <= error)) {
      error = e;
      at = x.view[i]!;
    }
  }
  return { error, at };
}

describe.each(FUNCTIONS)('$name', ({ name, exact, bound }) => {
  test(`is within ${bound} ulp on every ${step}th float32`, { timeout: 3_600_000 }, () => {
    for (let bits = 0; bits < 2 ** 32; ) {
      let n = 0;
      for (; n < CHUNK && bits < 2 ** 32; bits += step) x.bits[n++] = bits;
      kernels[name](x.pointer, y.pointer, n, 0, 1);
      const { error, at } = worst(n, exact);
      if (!(error <= bound)) expect.fail(`${name}(${at}) is ${error} ulp off`);
    }
  });

  test('is right at the extremes', () => {
    const values = [...EXTREMES, ...EXTREMES.map((v) => -v), Number.NaN];
    x.view.set(values);
    kernels[name](x.pointer, y.pointer, values.length, 0, 1);
    for (const [i, v] of values.entries()) {
      const at = Math.fround(v);
      const error = ulpError(y.view[i]!, exact(at));
      if (!(error <= bound)) expect.fail(`${name}(${at}) is ${y.view[i]}, not ${exact(at)}`);
    }
  });
});

test.each(['tanh', 'erf', 'sin'] as const)('%s is odd to the bit', (name) => {
  const random = seedrandom(name);
  for (let i = 0; i < 4096; i++) {
    x.view[i] = (random() - 0.5) * 10 ** (random() * 40 - 30);
    x.view[4096 + i] = -x.view[i]!;
  }
  kernels[name](x.pointer, y.pointer, 8192, 0, 1);
  for (let i = 0; i < 4096; i++) expect(y.bits[4096 + i]).toBe((y.bits[i]! ^ 0x80000000) >>> 0);
});

test('sin and cos reduce huge arguments exactly', () => {
  // Of all float32 the first two come nearest to an odd multiple of π/2 (1.6e-9 and 2.0e-9), the next two, twice those, to
  // an even one; the others are ordinary, up to the largest.
  const bits = [
    0x6f79be45, 0x50a3e87f, 0x6ff9be45, 0x5123e87f, 0x7f7fffff, 0x7f000000, 0x4b7fffff, 0x4e6e4e19, 0x5a5a5a5a, 0x49800001,
    0x49800000,
  ];
  x.bits.set(bits);
  for (const name of ['sin', 'cos'] as const) {
    kernels[name](x.pointer, y.pointer, bits.length, 0, 1);
    expect(worst(bits.length, Math[name]).error).toBeLessThanOrEqual(0.6);
  }
});

describe('pow', () => {
  const run = (n: number) => kernels.pow(x.pointer, b.pointer, y.pointer, 1, n, 0, 1, 0, 1, 0, 1);

  test('is within 0.6 ulp for random bases and exponents', () => {
    const random = seedrandom('pow');
    for (let round = 0; round < 16; round++) {
      for (let i = 0; i < CHUNK; i++) {
        const base = 2 ** (random() * (round < 8 ? 270 : 2) - (round < 8 ? 140 : 1));
        const integer = i % 3 === 0;
        x.view[i] = integer && i % 2 ? -base : base;
        const reach = 160 / Math.max(Math.abs(Math.log2(x.view[i]! < 0 ? -x.view[i]! : x.view[i]!)), 1e-3);
        const exponent = (random() * 2 - 1) * reach;
        b.view[i] = integer ? Math.round(exponent) : exponent;
      }
      run(CHUNK);
      for (let i = 0; i < CHUNK; i++) {
        const error = ulpError(y.view[i]!, pow(x.view[i]!, b.view[i]!));
        if (!(error <= 0.6)) expect.fail(`pow(${x.view[i]}, ${b.view[i]}) is ${error} ulp off`);
      }
    }
  });

  test('has the special cases of IEEE 754', () => {
    const positive = [
      0,
      2 ** -149,
      2 ** -126,
      0.5,
      1,
      1.5,
      2,
      3,
      2 ** 23 + 1,
      2 ** 24,
      3.4028234663852886e38,
      Number.POSITIVE_INFINITY,
    ];
    const values = [...positive, ...positive.map((v) => -v), Number.NaN];
    let n = 0;
    for (const base of values) {
      for (const exponent of values) {
        x.view[n] = base;
        b.view[n++] = exponent;
      }
    }
    run(n);
    for (let i = 0; i < n; i++) {
      const exact = pow(x.view[i]!, b.view[i]!);
      // float64 does not underflow or overflow everywhere that float32 does.
      const want = Math.fround(exact) === 0 ? Math.fround(exact) : exact;
      if (!(ulpError(y.view[i]!, want) <= 0.6)) expect.fail(`pow(${x.view[i]}, ${b.view[i]}) is ${y.view[i]}, not ${want}`);
    }
  });
});

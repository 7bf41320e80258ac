/** @file Reductions against float64, in every small shape, alignment and split of the work. */

import { describe, expect, test } from 'vitest';
import { loadKernels } from '../support/engine.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';
import { amongNaNs, checkParts, expectWithin, randomFloats, sameBits } from '../support/kernel-checks.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const loaded = loadKernels('simd', 512);
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);

/** [outer, count, inner]: rows of every small length and around the blocks, columns of every width around the strips. */
const SHAPES: [number, number, number][] = [];
for (let n = 0; n <= 37; n++) SHAPES.push([3, n, 1]);
for (const n of [63, 64, 65, 255, 256, 257, 511, 513, 1027]) SHAPES.push([2, n, 1]);
for (let inner = 2; inner <= 37; inner++) SHAPES.push([2, 5, inner]);
for (const n of [0, 1, 2, 31, 32, 33, 63, 64, 65, 100]) SHAPES.push([1, n, 21], [2, n, 3]);
SHAPES.push([0, 4, 4], [40, 3, 1], [40, 3, 2], [1, 3, 200], [5, 4, 0]);

/** The elements that reduce to each output. */
function groups(x: ArrayLike<number>, [outer, count, inner]: readonly [number, number, number]): number[][] {
  return Array.from({ length: outer * inner }, (_, k) => {
    const start = Math.floor(k / inner) * count * inner + (k % inner);
    return Array.from({ length: count }, (_, c) => x[start + c * inner]!);
  });
}

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
/** The first of equal ones, the first NaN before all. */
const firstBest = (values: readonly number[], isBetter: (a: number, b: number) => boolean) => {
  const bad = values.findIndex(Number.isNaN);
  if (bad >= 0) return bad;
  return values.reduce((best, value, k) => (isBetter(value, values[best]!) ? k : best), 0);
};

interface Reduction {
  readonly name: 'sum' | 'max' | 'min' | 'prod' | 'argmax' | 'argmin';
  readonly exact: (values: readonly number[]) => number;
  readonly tolerance: (values: readonly number[]) => number;
}

const REDUCTIONS: readonly Reduction[] = [
  { name: 'sum', exact: total, tolerance: (values) => 2e-7 * total(values.map(Math.abs)) },
  { name: 'max', exact: (values) => Math.max(...values), tolerance: () => 0 },
  { name: 'min', exact: (values) => Math.min(...values), tolerance: () => 0 },
  {
    name: 'prod',
    exact: (values) => values.reduce((a, b) => a * b, 1),
    tolerance: (values) => 6e-8 * values.length * Math.abs(values.reduce((a, b) => a * b, 1)),
  },
  { name: 'argmax', exact: (values) => firstBest(values, (a, b) => a > b), tolerance: () => 0 },
  { name: 'argmin', exact: (values) => firstBest(values, (a, b) => a < b), tolerance: () => 0 },
];

/** Runs a reduction whole and in parts, and returns its output. */
function reduce(name: Reduction['name'], x: ArrayLike<number>, shape: readonly [number, number, number], shift = 0) {
  memory.reset();
  const input = amongNaNs(memory, x, shift);
  const output = memory.f32(shape[0] * shape[2], (shift * 3) % 4);
  const scale = name === 'sum' ? [1] : [];
  checkParts((part, parts) => kernels[name](input.pointer, output.pointer, ...shape, ...scale, part, parts), [output]);
  memory.check();
  return output;
}

describe.each(REDUCTIONS)('$name', ({ name, exact, tolerance }) => {
  const values = (bits: Uint32Array) => (name.startsWith('arg') ? new Int32Array(bits) : new Float32Array(bits.slice().buffer));

  test('agrees with float64 in every shape and alignment, whatever the split', () => {
    for (const shape of SHAPES) {
      const isProduct = name === 'prod';
      const x = randomFloats(shape[0] * shape[1] * shape[2], isProduct ? 0.9 : -1, isProduct ? 1.1 : 1, shape[1] + shape[2]);
      const wanted = groups(x, shape);
      const { bits } = reduce(name, x, shape);
      expectWithin(values(bits), wanted.map(exact), (k) => tolerance(wanted[k]!), `${name} [${shape}]`);
      const first = bits.slice();
      for (const shift of [1, 2, 3]) sameBits(reduce(name, x, shape, shift).bits, first, `[${shape}] shifted by ${shift}`);
    }
  });

  test('follows IEEE at NaN, infinities and zeros', () => {
    const rows = [
      [1, nan, 3, 4, 5],
      [nan, nan, 0, 1, 2],
      [inf, 1, -inf, 2, 3],
      [inf, inf, 1, 1, 1],
      [-inf, -inf, -inf, -inf, -inf],
      [3, 3, -7, 3, -7],
      [1, 2, 3, 4, nan],
      [3e38, 3e38, 1, 1, 1],
    ].map((row) => row.map(Math.fround));
    const wanted = rows.map(exact);
    expectWithin(values(reduce(name, rows.flat(), [rows.length, 5, 1]).bits), wanted, (k) => tolerance(rows[k]!));
    const columns = rows[0]!.flatMap((_, c) => rows.map((row) => row[c]!));
    expectWithin(values(reduce(name, columns, [1, 5, rows.length]).bits), wanted, (k) => tolerance(rows[k]!));
    const wide = rows[0]!.flatMap((_, c) => [...rows, ...rows, ...rows].map((row) => row[c]!));
    expectWithin(values(reduce(name, wide, [1, 5, 24]).bits), [...wanted, ...wanted, ...wanted], (k) => tolerance(rows[k % 8]!));
  });
});

test('argmax and argmin take +0 and −0 for equal', () => {
  for (const name of ['argmax', 'argmin'] as const) {
    expect([...reduce(name, [-0, 0, -0, 0, 0, -0], [2, 3, 1]).bits]).toEqual([0, 0]);
    expect([...reduce(name, [-0, 0, 0, -0, -0, 0], [1, 3, 2]).bits]).toEqual([0, 0]);
  }
});

describe('sum', () => {
  test('multiplies the result by the scale: a mean', () => {
    memory.reset();
    const x = memory.f32([3, 3, 3, 1, 2, 6]);
    const y = memory.f32(2);
    kernels.sum(x.pointer, y.pointer, 2, 3, 1, 1 / 3, 0, 1);
    expect([...y.view]).toEqual([3, 3]);
    kernels.sum(x.pointer, y.pointer, 1, 3, 2, 1 / 3, 0, 1);
    expectWithin(y.view, [8 / 3, 10 / 3], 3e-7);
  });

  test('of a million numbers of one sign is off by less than 2e-7 of itself, as every sum here', () => {
    const x = randomFloats(1e6, 0, 1);
    for (const shape of [
      [1, 1e6, 1],
      [1, 1e5, 10],
      [1, 50000, 20],
      [1000, 1000, 1],
    ] as const) {
      const wanted = groups(x, shape).map(total);
      const [outer, count, inner] = shape;
      memory.reset();
      const input = memory.f32(x);
      const output = memory.f32(outer * inner);
      kernels.sum(input.pointer, output.pointer, outer, count, inner, 1, 0, 1);
      expectWithin(output.view, wanted, (k) => 2e-7 * wanted[k]!, `[${shape}]`);
    }
  });

  test('of a column has the same bits wherever the column lies and however wide the matrix is', () => {
    const column = randomFloats(77);
    const bits = new Set<number>();
    for (const width of [2, 3, 4, 5, 7, 16, 17, 23, 40]) {
      for (let at = 0; at < width; at++) {
        const x = randomFloats(77 * width, -1, 1, at);
        for (let r = 0; r < 77; r++) x[r * width + at] = column[r]!;
        bits.add(reduce('sum', x, [1, 77, width]).bits[at]!);
      }
    }
    expect(bits.size).toBe(1);
  });

  test('of a row has the same bits whichever row it is', () => {
    for (const n of [3, 10, 100, 300]) {
      const row = [...randomFloats(n)];
      const { bits } = reduce('sum', [...row, ...row, ...row, ...row, ...row], [5, n, 1]);
      expect(new Set(bits).size).toBe(1);
    }
  });
});

test('the debug build refuses negative sizes', () => {
  const debug = loadKernels('debug');
  for (const name of ['sum', 'max', 'argmax'] as const) {
    const scale = name === 'sum' ? [1] : [];
    expect(() => debug.kernels[name](debug.base, debug.base, 1, -1, 1, ...scale, 0, 1)).toThrow();
  }
});

/**
 * @file Matrix multiplication against float64 in all three forms: every shape around the tiles, strides, alignments, epilogues,
 * shares of threads. Guard words surround the buffers, and gaps between rows hold NaN: reading either spoils a result.
 */

import { describe, expect, test } from 'vitest';
import {
  ACTIVATION_NONE,
  ACTIVATION_RELU,
  ACTIVATION_SIGMOID,
  ACTIVATION_TANH,
  GEMM_SCRATCH_PER_THREAD,
} from '../../src/engine/generated/kernels.ts';
import { buildBytes, loadKernels } from '../support/engine.ts';
import { sigmoid } from '../support/float64.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';

const FORMS = ['NN', 'NT', 'TN'] as const;
type Form = (typeof FORMS)[number];

const ACTIVATIONS = [
  { code: ACTIVATION_NONE, f: (x: number) => x },
  { code: ACTIVATION_RELU, f: (x: number) => Math.max(x, 0) },
  { code: ACTIVATION_SIGMOID, f: sigmoid },
  { code: ACTIVATION_TANH, f: Math.tanh },
];

const UNIT = 2 ** -24;
const MOST_PARTS = 4;

interface Options {
  /** Elements between the rows of A, B and C. */
  readonly gaps?: readonly [number, number, number];
  readonly bias?: boolean;
  readonly activation?: number;
  readonly accumulate?: boolean;
  /** Words by which every pointer misses a multiple of 16 bytes. */
  readonly shift?: number;
  /** Changes the stored elements of A and B. */
  readonly edit?: (a: Float32Array, b: Float32Array) => void;
}

const loaded = loadKernels('simd');
/** Absent where the host has no relaxed SIMD (Node.js 20). */
const relaxed = WebAssembly.validate(buildBytes('relaxed')) ? loadKernels('relaxed') : undefined;

/** The same numbers in (−1, 1) for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** rows × cols values in rows `stride` long without the last gap; the gaps hold NaN. */
function matrix(rows: number, cols: number, stride: number, next: () => number): Float32Array {
  const values = new Float32Array(rows && cols ? (rows - 1) * stride + cols : 0).fill(Number.NaN);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) values[i * stride + j] = next();
  return values;
}

/** Runs a product in 1 to 4 shares, compares their bits, the guards and the gaps, and returns C[m][n] with what float64 says. */
function product(form: Form, m: number, n: number, k: number, options: Options = {}, build = loaded) {
  const { gaps = [0, 0, 0], bias = false, activation = 0, accumulate = false, shift = 0 } = options;
  const next = numbers(m + 37 * n + 1009 * k + 7);
  const [aRows, aCols] = form === 'TN' ? [k, m] : [m, k];
  const [bRows, bCols] = form === 'NT' ? [n, k] : [k, n];
  const [lda, ldb, ldc] = [aCols + gaps[0], bCols + gaps[1], n + gaps[2]];
  const memory = new GuardedMemory(build);
  const a = memory.f32(matrix(aRows, aCols, lda, next), shift);
  const b = memory.f32(matrix(bRows, bCols, ldb, next), shift);
  const before = matrix(m, n, ldc, next);
  const c = memory.f32(before, shift);
  const biases = memory.f32(matrix(1, n, n, next), shift);
  options.edit?.(a.view, b.view);
  const args = [m, n, k, lda, ldb, ldc, activation, accumulate ? 1 : 0];
  let first: Uint32Array | undefined;
  for (let parts = 1; parts <= MOST_PARTS; parts++) {
    const scratch = memory.f32(parts * GEMM_SCRATCH_PER_THREAD);
    c.view.set(before);
    for (let part = 0; part < parts; part++) {
      build.kernels[`gemm${form}`](
        a.pointer,
        b.pointer,
        c.pointer,
        bias ? biases.pointer : 0,
        scratch.pointer,
        ...args,
        part,
        parts,
      );
    }
    if (!first) first = c.bits.slice();
    else if (Buffer.compare(Buffer.from(c.bits.slice().buffer), Buffer.from(first.buffer)))
      throw new Error(`${parts} parts change the bits`);
  }
  memory.check();
  const got: number[] = [];
  const exact: number[] = [];
  const scale: number[] = [];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const held = accumulate ? before[i * ldc + j]! : 0;
      const added = bias ? biases.view[j]! : 0;
      let sum = held + added;
      let magnitude = Math.abs(held) + Math.abs(added);
      for (let p = 0; p < k; p++) {
        const x = a.view[form === 'TN' ? p * lda + i : i * lda + p]! * b.view[form === 'NT' ? j * ldb + p : p * ldb + j]!;
        sum += x;
        magnitude += Math.abs(x);
      }
      got.push(c.view[i * ldc + j]!);
      exact.push(ACTIVATIONS[activation]!.f(sum));
      scale.push(magnitude);
    }
    for (let j = n; j < ldc && i < m - 1; j++)
      if (!Number.isNaN(c.view[i * ldc + j]!)) throw new Error(`gap after row ${i} was written`);
  }
  return { got, exact, scale, bits: first! };
}

/**
 * Throws if an element is further from float64 than float32 sums of blocks of at most 256 in any order may be: each of up to
 * min(k, 256) + k / 256 + 2 additions rounds a partial sum no larger than |C| + |bias| + Σ|a·b|. Activations
 * do not steepen, and add 2 ulp.
 */
function verify(form: Form, m: number, n: number, k: number, options: Options = {}, build = loaded): void {
  const { got, exact, scale } = product(form, m, n, k, options, build);
  const steps = Math.min(k, 256) + k / 256 + 3;
  for (let i = 0; i < got.length; i++) {
    const tolerance = steps * UNIT * scale[i]! + 4 * UNIT * Math.abs(exact[i]!);
    if (!(Math.abs(got[i]! - exact[i]!) <= tolerance)) {
      const where = `gemm${form} ${m}×${n}×${k} ${JSON.stringify(options)} at ${Math.floor(i / n)}, ${i % n}`;
      throw new Error(`${where}: expected ${exact[i]} ± ${tolerance}, got ${got[i]}`);
    }
  }
}

/** Every combination of options that belongs to a number, so that neighbouring shapes differ in all of them. */
function variety(index: number): Options {
  return {
    gaps: [index % 3, index % 5, index % 2],
    bias: index % 2 === 0,
    activation: (index >> 1) % 4,
    accumulate: index % 3 === 0,
    shift: index % 4,
  };
}

describe.each(FORMS)('gemm%s', (form) => {
  test('gives the product for every size up to twice the tile', () => {
    let index = 0;
    for (const m of [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13]) {
      for (let n = 1; n <= 33; n++) for (const k of [1, 2, 3, 4, 5, 8, 17]) verify(form, m, n, k, variety(index++));
    }
  });

  test('gives the product across blocks of rows and of k', () => {
    const shapes = [
      [32, 304, 784],
      [33, 45, 300],
      [130, 40, 513],
      [257, 19, 260],
      [1, 100, 1000],
      [3, 333, 70],
      [11, 37, 1500],
      [2, 8, 2100],
      [300, 3, 2100],
      [300, 2, 50],
      [300, 1, 100],
      [128, 128, 257],
      [150, 16, 16],
      [20, 512, 64],
    ] as const;
    for (const [index, [m, n, k]] of shapes.entries()) {
      verify(form, m, n, k);
      verify(form, m, n, k, { ...variety(2 * index), gaps: [3, 1, 5], accumulate: index % 2 === 0 });
    }
  });

  test('writes bias and activation alone where k is 0, and nothing where C is empty', () => {
    for (const [m, n] of [
      [5, 19],
      [5, 2],
      [1, 9],
    ] as const) {
      verify(form, m, n, 0, { bias: true, activation: ACTIVATION_TANH });
      verify(form, m, n, 0, { accumulate: true, gaps: [1, 1, 1] });
    }
    verify(form, 0, 9, 3);
    verify(form, 9, 0, 3);
  });

  test.each(ACTIVATIONS)('applies activation $code after bias and accumulation', ({ code }) => {
    for (const n of [3, 8, 18, 31]) {
      for (const accumulate of [false, true]) verify(form, 7, n, 20, { activation: code, bias: true, accumulate, shift: 1 });
    }
  });

  test('carries NaN and infinities as float64 does, and skips no zeros', () => {
    const edit = (a: Float32Array, b: Float32Array) => {
      a.fill(0, 0, 3);
      b[0] = Number.POSITIVE_INFINITY;
      a[a.length >> 1] = Number.NaN;
      b[b.length >> 1] = Number.NEGATIVE_INFINITY;
    };
    for (const [m, n, k] of [
      [5, 9, 7],
      [40, 20, 33],
      [30, 2, 300],
      [1, 30, 40],
      [17, 16, 16],
    ] as const) {
      for (const activation of [ACTIVATION_NONE, ACTIVATION_RELU]) {
        const { got, exact } = product(form, m, n, k, { edit, activation });
        const kind = (x: number) => (Number.isFinite(x) ? 'finite' : x);
        expect(got.map(kind)).toEqual(exact.map(kind));
        expect(exact.some(Number.isNaN)).toBe(true);
      }
    }
  });

  test('reads nothing after the end of a matrix: where the memory ends there, it does not trap', () => {
    const end = loaded.memory.buffer.byteLength;
    for (const [m, n, k] of [
      [3, 5, 7],
      [6, 19, 10],
      [5, 27, 21],
      [1, 30, 9],
      [9, 3, 18],
      [9, 1, 70],
      [13, 14, 60],
      [2, 6, 100],
    ] as const) {
      const sizes = [m * k, k * n, m * n, n];
      for (let last = 0; last < sizes.length; last++) {
        const memory = new GuardedMemory(loaded);
        const pointers = sizes.map((size, i) => (i === last ? end - 4 * size : memory.f32(size).pointer));
        const scratch = memory.f32(GEMM_SCRATCH_PER_THREAD).pointer;
        const [lda, ldb] = [form === 'TN' ? m : k, form === 'NT' ? k : n];
        const run = () => loaded.kernels[`gemm${form}`](...pointers, scratch, m, n, k, lda, ldb, n, ACTIVATION_RELU, 1, 0, 1);
        expect(run).not.toThrow();
      }
    }
  });

  test('gives the same bits whatever the strides and the alignment', () => {
    for (const [m, n, k] of [
      [9, 35, 70],
      [80, 33, 300],
      [2, 48, 90],
      [40, 3, 90],
    ] as const) {
      const dense = product(form, m, n, k);
      // With 512 bytes between rows B is packed sooner.
      const [aCols, bCols] = [form === 'TN' ? m : k, form === 'NT' ? k : n];
      const wide: [number, number, number] = [(640 - aCols) % 128, (640 - bCols) % 128, 0];
      expect(product(form, m, n, k, { gaps: wide, shift: 3 }).bits).toEqual(dense.bits);
    }
  });

  test.skipIf(!relaxed)('gives the product in the relaxed build (where the host has relaxed SIMD)', () => {
    for (const [index, [m, n, k]] of [
      [5, 31, 40],
      [32, 100, 300],
      [3, 7, 9],
      [20, 1, 64],
    ].entries()) {
      verify(form, m!, n!, k!, variety(index), relaxed);
    }
  });
});

test('a row of C has the same bits in whichever tile it falls', () => {
  // Rows of A repeat, so every row of C, whichever tile or edge computed it, must repeat too.
  for (const n of [5, 12, 16, 31]) {
    const edit = (a: Float32Array) => a.fill(0.1);
    const { got } = product('NN', 11, n, 50, { edit });
    for (let i = n; i < got.length; i++) expect(got[i]).toBe(got[i % n]);
  }
});

test('the debug build refuses a leading dimension below the width', () => {
  const { kernels, base } = loadKernels('debug');
  expect(() => kernels.gemmNN(base, base, base, 0, base, 2, 2, 2, 1, 2, 2, 0, 0, 0, 1)).toThrow();
  expect(() => kernels.gemmTN(base, base, base, 0, base, 3, 2, 2, 2, 2, 2, 0, 0, 0, 1)).toThrow();
});

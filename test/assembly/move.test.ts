/** @file Kernels that move or convert elements: fill, copy, casts, strided copies, row gathers. */

import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { loadKernels } from '../support/engine.ts';
import { GuardedMemory } from '../support/guarded-memory.ts';

const loaded = loadKernels('debug');
const { kernels } = loaded;
const memory = new GuardedMemory(loaded);
const random = seedrandom('move');
const below = (n: number) => Math.floor(random() * n);
const LENGTHS = [...Array.from({ length: 41 }, (_, n) => n), 200, 263];

/** Runs all shares, last part first: the order of threads is nobody's business. */
function onThreads(parts: number, run: (part: number, parts: number) => void): void {
  for (let part = parts - 1; part >= 0; part--) run(part, parts);
}

describe.each([1, 2, 3, 4])('on %i threads', (parts) => {
  test('fill and copy touch exactly n elements, bit for bit', () => {
    for (const n of LENGTHS) {
      for (let shift = 0; shift < 4; shift++) {
        memory.reset();
        const x = memory.i32(
          Array.from({ length: n }, () => below(2 ** 32) | 0),
          shift,
        );
        const y = memory.i32(n, (shift + n) & 3);
        onThreads(parts, (part) => kernels.copy(x.pointer, y.pointer, n, part, parts));
        expect(y.view).toEqual(x.view);
        const z = memory.f32(n, shift);
        onThreads(parts, (part) => kernels.fill(z.pointer, n, -1.25, part, parts));
        expect(z.view).toEqual(new Float32Array(n).fill(-1.25));
        memory.check();
      }
    }
  });

  test('casts between int32 and float32 round, truncate and saturate', () => {
    const ints = [0, 1, -1, 16777217, 16777219, -16777217, 2147483647, -2147483648, 123456789];
    const floats = [0, -0, 0.99, -0.99, 1.5, -1.5, 2147483520, 2147483648, -2147483648, -2147483904, 1e20, -1e20].concat([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
    for (const n of LENGTHS) {
      memory.reset();
      const i = memory.i32(
        Array.from({ length: n }, (_, k) => ints[k % ints.length]!),
        n & 3,
      );
      const f = memory.f32(n, (n + 1) & 3);
      onThreads(parts, (part) => kernels.castI32ToF32(i.pointer, f.pointer, n, part, parts));
      expect(f.view).toEqual(Float32Array.from(i.view));
      const x = memory.f32(
        Array.from({ length: n }, (_, k) => floats[k % floats.length]!),
        n & 3,
      );
      const y = memory.i32(n, (n + 3) & 3);
      onThreads(parts, (part) => kernels.castF32ToI32(x.pointer, y.pointer, n, part, parts));
      const want = Int32Array.from(x.view, (v) => Math.min(Math.max(Math.trunc(v), -(2 ** 31)), 2 ** 31 - 1));
      expect(y.view).toEqual(want);
      memory.check();
    }
  });

  test('casts from bytes are exact, casts to bytes truncate and saturate', () => {
    for (const n of LENGTHS) {
      memory.reset();
      const x = memory.u8(
        Array.from({ length: n }, (_, k) => (k * 37 + 255) & 255),
        n & 7,
      );
      const f = memory.f32(n, n & 3);
      const i = memory.i32(n, n & 3);
      onThreads(parts, (part) => kernels.castU8ToF32(x.pointer, f.pointer, n, part, parts));
      onThreads(parts, (part) => kernels.castU8ToI32(x.pointer, i.pointer, n, part, parts));
      expect(f.view).toEqual(Float32Array.from(x.view));
      expect(i.view).toEqual(Int32Array.from(x.view));
      const special = [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        -0.5,
        255.9,
        256,
        40000,
        -40000,
        3e9,
        0.999,
      ];
      const g = memory.f32(
        Array.from({ length: n }, (_, k) => special[k] ?? k * 1.37),
        n & 3,
      );
      const y = memory.u8(n, n & 3);
      onThreads(parts, (part) => kernels.castF32ToU8(g.pointer, y.pointer, n, part, parts));
      expect(y.view).toEqual(Uint8Array.from(g.view, (v) => Math.min(Math.max(Math.trunc(v), 0), 255)));
      memory.check();
    }
  });

  test('gathers rows of words and of bytes, scaled or widened', () => {
    for (const rows of [0, 1, 2, 7, 33]) {
      for (const cols of [1, 3, 8, 31, 100]) {
        memory.reset();
        const count = 9;
        const words = memory.i32(
          Array.from({ length: count * cols }, () => below(2 ** 32) | 0),
          cols & 3,
        );
        const bytes = memory.u8(
          Array.from({ length: count * cols }, () => below(256)),
          cols & 7,
        );
        const indices = memory.i32(Array.from({ length: rows }, () => below(count)));
        const at = (i: number) => indices.view[Math.floor(i / cols)]! * cols + (i % cols);
        const y = memory.i32(rows * cols, rows & 3);
        onThreads(parts, (part) => kernels.gatherRows(words.pointer, indices.pointer, y.pointer, rows, cols, part, parts));
        expect(y.view).toEqual(y.view.map((_, i) => words.view[at(i)]!));
        const f = memory.f32(rows * cols, rows & 3);
        const scale = Math.fround(1 / 255);
        onThreads(parts, (part) =>
          kernels.gatherRowsU8(bytes.pointer, indices.pointer, f.pointer, rows, cols, scale, -0.5, part, parts),
        );
        expect(f.view).toEqual(f.view.map((_, i) => Math.fround(Math.fround(bytes.view[at(i)]! * scale) - 0.5)));
        const z = memory.i32(rows * cols, rows & 3);
        onThreads(parts, (part) => kernels.gatherRowsU8ToI32(bytes.pointer, indices.pointer, z.pointer, rows, cols, part, parts));
        expect(z.view).toEqual(z.view.map((_, i) => bytes.view[at(i)]!));
        memory.check();
      }
    }
  });

  test('copies between random strided views', () => {
    for (let round = 0; round < 1500; round++) {
      const { dims, xStrides, yStrides, xSize, ySize } = randomViews();
      memory.reset();
      const table = memory.i32([...dims, ...xStrides, ...yStrides]);
      const isBytes = round % 2 === 1;
      const x = isBytes ? memory.u8(xSize, below(4)) : memory.i32(xSize, below(4));
      const y = isBytes ? memory.u8(ySize, below(4)) : memory.i32(ySize, below(4));
      for (let i = 0; i < xSize; i++) x.view[i] = below(2 ** 32);
      const want = y.view.slice();
      for (const [from, to] of offsets(dims, xStrides, yStrides)) want[to] = x.view[from]!;
      const kernel = isBytes ? kernels.stridedCopyU8 : kernels.stridedCopy;
      onThreads(parts, (part) => kernel(x.pointer, y.pointer, table.pointer, dims.length, part, parts));
      memory.check();
      if (!y.view.every((v, i) => v === want[i]))
        expect.fail(`wrong copy: ${JSON.stringify({ dims, xStrides, yStrides, parts })}`);
    }
  });
});

test('transposes a matrix of every small size', () => {
  for (let rows = 1; rows <= 13; rows++) {
    for (let cols = 1; cols <= 13; cols++) {
      memory.reset();
      const x = memory.f32(
        Array.from({ length: rows * cols }, (_, i) => i),
        rows & 3,
      );
      const y = memory.f32(rows * cols, cols & 3);
      const table = memory.i32([cols, rows, 1, cols, rows, 1]);
      kernels.stridedCopy(x.pointer, y.pointer, table.pointer, 2, 0, 1);
      memory.check();
      expect(y.view).toEqual(y.view.map((_, i) => (i % rows) * cols + Math.floor(i / rows)));
    }
  }
});

/** A permuted, sliced or broadcast x against a y that is dense or part of a larger array. */
function randomViews() {
  const rank = below(6);
  const dims = Array.from({ length: rank }, () => [1, 2, 3, 4, 5, 9, 17][below(rank > 3 ? 5 : 7)]!);
  if (rank && below(20) === 0) dims[below(rank)] = 0;
  const order = dims.map((_, d) => d);
  if (below(3)) order.sort(() => random() - 0.5);
  const xStrides = new Array<number>(rank).fill(0);
  let xSize = 1;
  for (const d of order.toReversed()) {
    if (below(6) === 0) continue; // stays 0: broadcast
    xStrides[d] = xSize;
    xSize *= dims[d]! + (below(4) === 0 ? 2 : 0);
  }
  const yStrides = new Array<number>(rank).fill(0);
  let ySize = 1;
  for (let d = rank - 1; d >= 0; d--) {
    yStrides[d] = ySize;
    ySize *= dims[d]! + (below(4) === 0 ? 1 : 0);
  }
  return { dims, xStrides, yStrides, xSize, ySize };
}

/** Every [x offset, y offset] of a view. */
function* offsets(dims: number[], xStrides: number[], yStrides: number[]): Generator<[number, number]> {
  const total = dims.reduce((a, b) => a * b, 1);
  for (let i = 0; i < total; i++) {
    let rest = i;
    let from = 0;
    let to = 0;
    for (let d = dims.length - 1; d >= 0; d--) {
      const index = rest % dims[d]!;
      rest = Math.floor(rest / dims[d]!);
      from += index * xStrides[d]!;
      to += index * yStrides[d]!;
    }
    yield [from, to];
  }
}

/**
 * @file What recurrent kernels share. A kernel takes a share of the batch rows through all steps of time: rows need nothing of each
 * other, so threads never wait. Rows go in blocks; at every step the product of a block with the recurrent weights is one matrix
 * product whose right side, packed once per call, stays in the cache:
 *
 *   for each block of ROWS batch rows
 *     for each step                      (backwards in time for gradients)
 *       z[rows, n] = h[rows, k] · U      (panels of 16 columns, register tiles)
 *       gates and states from z, row by row
 *
 * An element is its own sum along k in blocks of BLOCK_K, so a row's bits depend neither on its block nor on the threads.
 */
import { packColumns, packRows } from './gemm-pack';
import { panel12, panel16, panel4, panel8 } from './gemm-tile';
import { copyBytes } from './loops';

/** Batch rows that go through time together: their gates stay in the first-level cache. */
export const ROWS: i32 = 16;
const BLOCK_K: i32 = 256;

// @ts-ignore: decorator
@inline
/** Floats a thread packs the recurrent weights of `gates` gates in, whether transposed or not. */
export function packedFloats(gates: i32, units: i32): usize {
  return <usize>(gates * units) * <usize>((units + 3) & ~3);
}

// @ts-ignore: decorator
@inline
/** Floats of scratch of a thread: packed weights, and for each row of a block the gates and two states. */
export function scratchFloats(gates: i32, units: i32): usize {
  return packedFloats(gates, units) + <usize>(ROWS * (gates + 2) * units);
}

/** Packs U[k][n] for {@link multiply}. */
export function packWeights(u: usize, packed: usize, k: i32, n: i32): void {
  for (let j = 0; j < n; j += 16) {
    const cols = min(16, n - j), width = (cols + 3) & ~3;
    packColumns(u + (<usize>j << 2), <usize>n << 2, packed, k, cols, width);
    packed += <usize>(k * width) << 2;
  }
}

/** Packs Uᵀ[k][n], where U is stored as [n][k], for {@link multiply}. */
export function packTransposedWeights(u: usize, packed: usize, k: i32, n: i32): void {
  for (let j = 0; j < n; j += 16) {
    const cols = min(16, n - j), width = (cols + 3) & ~3;
    packRows(u + (<usize>(j * k) << 2), <usize>k << 2, packed, k, cols, width);
    packed += <usize>(k * width) << 2;
  }
}

/** c[rows][n] = a[rows][k] · packed, or with `add` that much more. */
export function multiply(a: usize, packed: usize, c: usize, rows: i32, k: i32, n: i32, add: bool): void {
  const rowA = <usize>k << 2, rowC = <usize>n << 2;
  for (let j = 0; j < n; j += 16) {
    const cols = min(16, n - j), width = (cols + 3) & ~3;
    const step = <usize>width << 2;
    const to = c + (<usize>j << 2);
    let from = a, more = add;
    for (let left = k; left > 0; left -= BLOCK_K) {
      const kc = min(BLOCK_K, left);
      if (width == 16) panel16(from, rowA << 2, rowA, 4, packed, step, to, rowC, rows, cols, kc, more);
      else if (width == 12) panel12(from, rowA << 2, rowA, 4, packed, step, to, rowC, rows, cols, kc, more);
      else if (width == 8) panel8(from, rowA << 2, rowA, 4, packed, step, to, rowC, rows, cols, kc, more);
      else panel4(from, rowA << 2, rowA, 4, packed, step, to, rowC, rows, cols, kc, more);
      more = true;
      from += <usize>kc << 2;
      packed += step * kc;
    }
  }
}

// @ts-ignore: decorator
@inline
/** Whether step `at` = row · steps + time is to be skipped. `mask` may be 0. */
export function isSkipped(mask: usize, at: usize): bool {
  return mask != 0 && load<f32>(mask + (at << 2)) == 0;
}

// @ts-ignore: decorator
@inline
/** The state before step `time` of batch row `row`: of the step that came before it, or the initial one. */
export function stateBefore(initial: usize, states: usize, row: i32, time: i32, steps: i32, units: i32, reverse: i32): usize {
  const before = reverse ? time + 1 : time - 1;
  if (before < 0 || before >= steps) return initial + (<usize>row * <usize>units << 2);
  return states + ((<usize>row * steps + before) * units << 2);
}

/** Copies n floats. */
export function copyFloats(x: usize, y: usize, n: i32): void {
  copyBytes(x, y, n << 2);
}

/** Sets n floats to 0. */
export function clearFloats(y: usize, n: i32): void {
  memory.fill(y, 0, <usize>n << 2);
}

// @ts-ignore: decorator
@inline
/** y·(1 − y)·d: what reaches the argument of a sigmoid y. */
export function throughSigmoid(y: v128, d: v128): v128 {
  return f32x4.mul(d, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
}

// @ts-ignore: decorator
@inline
/** (1 − y)(1 + y)·d: what reaches the argument of a tanh y. */
export function throughTanh(y: v128, d: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.mul(d, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
}

/**
 * @file Batch normalization of x [rows, cols] over its rows: y = γ·(x − μ) / √(v + ε) + β, with the statistics of the batch
 * or the moving ones. All kernels walk strips of 16 columns, a cache line per row, whose constants stay in registers. The
 * loops that apply them are `do … while`: V8 keeps an invariant such as a root out of a loop only where the body is sure to
 * run, and in a `for` that tests first it would compute it anew in every row, at four times the cost.
 */
import { grainFor, loadColumns, storeColumns } from '../../lib/sum-lanes';
import { madd } from '../../lib/simd';
import { rangeStart } from '../../lib/parallel';
import { SquaredDeviation, sumColumns, Value } from '../../lib/sum-columns';

/** Rows that pass through all strips before the next ones do: they stay in cache, and constants are rarely recomputed. */
const ROW_BLOCK: i32 = 256;

/**
 * mean[c] = μ, variance[c] = Σ (x − μ)² / rows, the biased variance, in two passes. One row has variance 0.
 */
export function batchNormStatistics(
  x: usize, mean: usize, variance: usize, rows: i32, cols: i32, part: i32, parts: i32,
): void {
  assert(rows > 0 && cols >= 0);
  const grain = grainFor(cols, parts);
  const end = rangeStart(cols, part + 1, parts, grain);
  const stride = (<usize>cols) << 2;
  const limit = x + stride * <usize>rows;
  const factor = 1.0 / <f64>rows;
  for (let c = rangeStart(cols, part, parts, grain); c < end; c += 16) {
    const at = (<usize>c) << 2;
    const width = end - c < 16 ? end - c : 16;
    sumColumns<Value>(x + at, stride, rows, 0, mean + at, width, factor, limit);
    sumColumns<SquaredDeviation>(x + at, stride, rows, mean + at, variance + at, width, factor, limit);
  }
}

// @ts-ignore: decorator
@inline
/** γ / √(v + ε). */
function rate(gamma: v128, variance: v128, epsilon: v128): v128 {
  return f32x4.div(gamma, f32x4.sqrt(f32x4.add(variance, epsilon)));
}

// @ts-ignore: decorator
@inline
/** A vector of an optional parameter. */
function optional(p: usize, offset: usize, absent: f32): v128 {
  return p ? v128.load(p + offset) : f32x4.splat(absent);
}

function forward16(
  x: usize, y: usize, stride: usize, rows: i32, at: usize, mean: usize, variance: usize, gamma: usize, beta: usize, eps: v128,
): void {
  const m0 = v128.load(mean + at);
  const m1 = v128.load(mean + at, 16);
  const m2 = v128.load(mean + at, 32);
  const m3 = v128.load(mean + at, 48);
  const a0 = rate(optional(gamma, at, 1), v128.load(variance + at), eps);
  const a1 = rate(optional(gamma, at + 16, 1), v128.load(variance + at, 16), eps);
  const a2 = rate(optional(gamma, at + 32, 1), v128.load(variance + at, 32), eps);
  const a3 = rate(optional(gamma, at + 48, 1), v128.load(variance + at, 48), eps);
  const b0 = optional(beta, at, 0);
  const b1 = optional(beta, at + 16, 0);
  const b2 = optional(beta, at + 32, 0);
  const b3 = optional(beta, at + 48, 0);
  do {
    v128.store(y, madd(f32x4.sub(v128.load(x), m0), a0, b0));
    v128.store(y, madd(f32x4.sub(v128.load(x, 16), m1), a1, b1), 16);
    v128.store(y, madd(f32x4.sub(v128.load(x, 32), m2), a2, b2), 32);
    v128.store(y, madd(f32x4.sub(v128.load(x, 48), m3), a3, b3), 48);
    x += stride;
    y += stride;
  } while (--rows > 0);
}

function forward4(
  x: usize, y: usize, stride: usize, rows: i32, at: usize, mean: usize, variance: usize, gamma: usize, beta: usize, eps: v128,
  width: i32, limit: usize,
): void {
  const bytes = (<usize>width) << 2;
  const m = loadColumns(mean + at, width, mean + at + bytes);
  const one = f32x4.splat(1);
  const scale = gamma ? loadColumns(gamma + at, width, gamma + at + bytes) : one;
  const a = rate(scale, loadColumns(variance + at, width, variance + at + bytes), eps);
  const b = beta ? loadColumns(beta + at, width, beta + at + bytes) : f32x4.splat(0);
  do {
    storeColumns(y, madd(f32x4.sub(loadColumns(x, width, limit), m), a, b), width);
    x += stride;
    y += stride;
  } while (--rows > 0);
}

/** y = γ·(x − mean) / √(variance + ε) + β; gamma and beta may be 0 (absent). In place where y = x. */
export function batchNormForward(
  x: usize, mean: usize, variance: usize, gamma: usize, beta: usize, y: usize, rows: i32, cols: i32, epsilon: f32,
  part: i32, parts: i32,
): void {
  assert(rows >= 0 && cols >= 0);
  const byRows = rows >= 4 * cols || cols < 16 * parts;
  const firstRow = byRows ? rangeStart(rows, part, parts, 1) : 0;
  const endRow = byRows ? rangeStart(rows, part + 1, parts, 1) : rows;
  const firstCol = byRows ? 0 : rangeStart(cols, part, parts, 16);
  const endCol = byRows ? cols : rangeStart(cols, part + 1, parts, 16);
  const stride = (<usize>cols) << 2;
  const limit = x + stride * <usize>rows;
  const eps = f32x4.splat(epsilon);
  for (let r = firstRow; r < endRow; r += ROW_BLOCK) {
    const n = endRow - r < ROW_BLOCK ? endRow - r : ROW_BLOCK;
    const row = stride * <usize>r;
    let c = firstCol;
    for (; c + 16 <= endCol; c += 16) {
      const at = (<usize>c) << 2;
      forward16(x + row + at, y + row + at, stride, n, at, mean, variance, gamma, beta, eps);
    }
    for (; c < endCol; c += 4) {
      const at = (<usize>c) << 2;
      const width = endCol - c < 4 ? endCol - c : 4;
      forward4(x + row + at, y + row + at, stride, n, at, mean, variance, gamma, beta, eps, width, limit);
    }
  }
}

/** moving ← moving·momentum + batch·(1 − momentum), element by element. */
export function movingAverage(batch: usize, moving: usize, n: i32, momentum: f32, part: i32, parts: i32): void {
  assert(n >= 0);
  const start = rangeStart(n, part, parts, 16);
  let left = rangeStart(n, part + 1, parts, 16) - start;
  const old = f32x4.splat(momentum);
  const fresh = f32x4.splat(1 - momentum);
  batch += (<usize>start) << 2;
  moving += (<usize>start) << 2;
  for (; left > 0; left -= 4) {
    const width = left < 4 ? left : 4;
    const bytes = (<usize>width) << 2;
    const b = loadColumns(batch, width, batch + bytes);
    const m = loadColumns(moving, width, moving + bytes);
    storeColumns(moving, madd(b, fresh, f32x4.mul(m, old)), width);
    batch += 16;
    moving += 16;
  }
}

/**
 * @file Gradients of batch normalization through the batch statistics, x̂ = (x − μ) / √(v + ε):
 *
 *   dβ = Σ dy;  dγ = Σ dy·x̂;  dx = γ / √(v + ε) · (dy − dβ / rows − x̂·dγ / rows)
 *
 * Sums have the order of lib/sum-columns.ts without the split into even and odd rows, 16 rows to a block.
 */
import { grainFor, highHalf, loadColumns, lowHalf, scaledTotals, storeColumns } from '../../lib/sum-lanes';
import { madd, nmadd } from '../../lib/simd';
import { rangeStart } from '../../lib/parallel';

/** Rows added in single precision. */
const BLOCK: i32 = 16;

/** Rows that pass through all strips of batchNormGradInput before the next ones do. */
const ROW_BLOCK: i32 = 256;

// @ts-ignore: decorator
@inline
/** 1 / √(v + ε). */
function inverseDeviation(variance: v128, epsilon: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variance, epsilon)));
}

/** 16 columns of dgamma and dbeta. */
function parameters16(
  x: usize, dy: usize, stride: usize, rows: i32, mean: usize, variance: usize, dgamma: usize, dbeta: usize, eps: v128,
): void {
  const zero = f32x4.splat(0);
  const m0 = v128.load(mean);
  const m1 = v128.load(mean, 16);
  const m2 = v128.load(mean, 32);
  const m3 = v128.load(mean, 48);
  let gl0 = zero, gl1 = zero, gl2 = zero, gl3 = zero, gh0 = zero, gh1 = zero, gh2 = zero, gh3 = zero;
  let bl0 = zero, bl1 = zero, bl2 = zero, bl3 = zero, bh0 = zero, bh1 = zero, bh2 = zero, bh3 = zero;
  while (rows > 0) {
    let n = rows < BLOCK ? rows : BLOCK;
    rows -= n;
    let g0 = zero, g1 = zero, g2 = zero, g3 = zero;
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    for (; n > 0; n--) {
      const d0 = v128.load(dy);
      b0 = f32x4.add(b0, d0);
      g0 = madd(d0, f32x4.sub(v128.load(x), m0), g0);
      const d1 = v128.load(dy, 16);
      b1 = f32x4.add(b1, d1);
      g1 = madd(d1, f32x4.sub(v128.load(x, 16), m1), g1);
      const d2 = v128.load(dy, 32);
      b2 = f32x4.add(b2, d2);
      g2 = madd(d2, f32x4.sub(v128.load(x, 32), m2), g2);
      const d3 = v128.load(dy, 48);
      b3 = f32x4.add(b3, d3);
      g3 = madd(d3, f32x4.sub(v128.load(x, 48), m3), g3);
      x += stride;
      dy += stride;
    }
    gl0 = f64x2.add(gl0, lowHalf(g0));
    gh0 = f64x2.add(gh0, highHalf(g0));
    gl1 = f64x2.add(gl1, lowHalf(g1));
    gh1 = f64x2.add(gh1, highHalf(g1));
    gl2 = f64x2.add(gl2, lowHalf(g2));
    gh2 = f64x2.add(gh2, highHalf(g2));
    gl3 = f64x2.add(gl3, lowHalf(g3));
    gh3 = f64x2.add(gh3, highHalf(g3));
    bl0 = f64x2.add(bl0, lowHalf(b0));
    bh0 = f64x2.add(bh0, highHalf(b0));
    bl1 = f64x2.add(bl1, lowHalf(b1));
    bh1 = f64x2.add(bh1, highHalf(b1));
    bl2 = f64x2.add(bl2, lowHalf(b2));
    bh2 = f64x2.add(bh2, highHalf(b2));
    bl3 = f64x2.add(bl3, lowHalf(b3));
    bh3 = f64x2.add(bh3, highHalf(b3));
  }
  const one = f64x2.splat(1);
  v128.store(dgamma, f32x4.mul(scaledTotals(gl0, gh0, one), inverseDeviation(v128.load(variance), eps)));
  v128.store(dgamma, f32x4.mul(scaledTotals(gl1, gh1, one), inverseDeviation(v128.load(variance, 16), eps)), 16);
  v128.store(dgamma, f32x4.mul(scaledTotals(gl2, gh2, one), inverseDeviation(v128.load(variance, 32), eps)), 32);
  v128.store(dgamma, f32x4.mul(scaledTotals(gl3, gh3, one), inverseDeviation(v128.load(variance, 48), eps)), 48);
  v128.store(dbeta, scaledTotals(bl0, bh0, one));
  v128.store(dbeta, scaledTotals(bl1, bh1, one), 16);
  v128.store(dbeta, scaledTotals(bl2, bh2, one), 32);
  v128.store(dbeta, scaledTotals(bl3, bh3, one), 48);
}

/** One to four columns of dgamma and dbeta. `toLimit`: bytes from x to the end of its matrix, the same for dy. */
function parameters4(
  x: usize, dy: usize, stride: usize, rows: i32, mean: usize, variance: usize, dgamma: usize, dbeta: usize, eps: v128,
  width: i32, toLimit: usize,
): void {
  const zero = f32x4.splat(0);
  const bytes = (<usize>width) << 2;
  const m = loadColumns(mean, width, mean + bytes);
  const xLimit = x + toLimit;
  const dyLimit = dy + toLimit;
  let gl = zero, gh = zero, bl = zero, bh = zero;
  while (rows > 0) {
    let n = rows < BLOCK ? rows : BLOCK;
    rows -= n;
    let g = zero;
    let b = zero;
    for (; n > 0; n--) {
      const d = loadColumns(dy, width, dyLimit);
      b = f32x4.add(b, d);
      g = madd(d, f32x4.sub(loadColumns(x, width, xLimit), m), g);
      x += stride;
      dy += stride;
    }
    gl = f64x2.add(gl, lowHalf(g));
    gh = f64x2.add(gh, highHalf(g));
    bl = f64x2.add(bl, lowHalf(b));
    bh = f64x2.add(bh, highHalf(b));
  }
  const one = f64x2.splat(1);
  const inverse = inverseDeviation(loadColumns(variance, width, variance + bytes), eps);
  storeColumns(dgamma, f32x4.mul(scaledTotals(gl, gh, one), inverse), width);
  storeColumns(dbeta, scaledTotals(bl, bh, one), width);
}

/** dgamma[c] = Σ dy·x̂ and dbeta[c] = Σ dy. Both are needed by batchNormGradInput, also where γ or β is absent. */
export function batchNormGradParameters(
  x: usize, dy: usize, mean: usize, variance: usize, dgamma: usize, dbeta: usize, rows: i32, cols: i32, epsilon: f32,
  part: i32, parts: i32,
): void {
  assert(rows >= 0 && cols >= 0);
  const grain = grainFor(cols, parts);
  const end = rangeStart(cols, part + 1, parts, grain);
  const stride = (<usize>cols) << 2;
  const size = stride * <usize>rows;
  const eps = f32x4.splat(epsilon);
  let c = rangeStart(cols, part, parts, grain);
  for (; c + 16 <= end; c += 16) {
    const at = (<usize>c) << 2;
    parameters16(x + at, dy + at, stride, rows, mean + at, variance + at, dgamma + at, dbeta + at, eps);
  }
  for (; c < end; c += 4) {
    const at = (<usize>c) << 2;
    const width = end - c < 4 ? end - c : 4;
    parameters4(x + at, dy + at, stride, rows, mean + at, variance + at, dgamma + at, dbeta + at, eps, width, size - at);
  }
}

// @ts-ignore: decorator
@inline
/** a·(dy − b − (x − m)·c). */
function inputGradient(x: v128, dy: v128, m: v128, a: v128, b: v128, c: v128): v128 {
  return f32x4.mul(a, nmadd(f32x4.sub(x, m), c, f32x4.sub(dy, b)));
}

/** 16 columns of dx. `at` is the byte offset of the first column in the per-column arrays. */
function input16(
  x: usize, dy: usize, dx: usize, stride: usize, rows: i32, at: usize, mean: usize, variance: usize, gamma: usize,
  dgamma: usize, dbeta: usize, eps: v128, count: v128,
): void {
  const one = f32x4.splat(1);
  const m0 = v128.load(mean + at);
  const m1 = v128.load(mean + at, 16);
  const m2 = v128.load(mean + at, 32);
  const m3 = v128.load(mean + at, 48);
  let a0 = inverseDeviation(v128.load(variance + at), eps);
  let a1 = inverseDeviation(v128.load(variance + at, 16), eps);
  let a2 = inverseDeviation(v128.load(variance + at, 32), eps);
  let a3 = inverseDeviation(v128.load(variance + at, 48), eps);
  const c0 = f32x4.div(f32x4.mul(a0, v128.load(dgamma + at)), count);
  const c1 = f32x4.div(f32x4.mul(a1, v128.load(dgamma + at, 16)), count);
  const c2 = f32x4.div(f32x4.mul(a2, v128.load(dgamma + at, 32)), count);
  const c3 = f32x4.div(f32x4.mul(a3, v128.load(dgamma + at, 48)), count);
  a0 = f32x4.mul(a0, gamma ? v128.load(gamma + at) : one);
  a1 = f32x4.mul(a1, gamma ? v128.load(gamma + at, 16) : one);
  a2 = f32x4.mul(a2, gamma ? v128.load(gamma + at, 32) : one);
  a3 = f32x4.mul(a3, gamma ? v128.load(gamma + at, 48) : one);
  const b0 = f32x4.div(v128.load(dbeta + at), count);
  const b1 = f32x4.div(v128.load(dbeta + at, 16), count);
  const b2 = f32x4.div(v128.load(dbeta + at, 32), count);
  const b3 = f32x4.div(v128.load(dbeta + at, 48), count);
  do {
    v128.store(dx, inputGradient(v128.load(x), v128.load(dy), m0, a0, b0, c0));
    v128.store(dx, inputGradient(v128.load(x, 16), v128.load(dy, 16), m1, a1, b1, c1), 16);
    v128.store(dx, inputGradient(v128.load(x, 32), v128.load(dy, 32), m2, a2, b2, c2), 32);
    v128.store(dx, inputGradient(v128.load(x, 48), v128.load(dy, 48), m3, a3, b3, c3), 48);
    x += stride;
    dy += stride;
    dx += stride;
  } while (--rows > 0);
}

/** One to four columns of dx. `toLimit`: bytes from x to the end of its matrix, the same for dy. */
function input4(
  x: usize, dy: usize, dx: usize, stride: usize, rows: i32, at: usize, mean: usize, variance: usize, gamma: usize,
  dgamma: usize, dbeta: usize, eps: v128, count: v128, width: i32, toLimit: usize,
): void {
  const end = at + ((<usize>width) << 2);
  const m = loadColumns(mean + at, width, mean + end);
  const inverse = inverseDeviation(loadColumns(variance + at, width, variance + end), eps);
  const c = f32x4.div(f32x4.mul(inverse, loadColumns(dgamma + at, width, dgamma + end)), count);
  const a = f32x4.mul(inverse, gamma ? loadColumns(gamma + at, width, gamma + end) : f32x4.splat(1));
  const b = f32x4.div(loadColumns(dbeta + at, width, dbeta + end), count);
  const xLimit = x + toLimit;
  const dyLimit = dy + toLimit;
  do {
    storeColumns(dx, inputGradient(loadColumns(x, width, xLimit), loadColumns(dy, width, dyLimit), m, a, b, c), width);
    x += stride;
    dy += stride;
    dx += stride;
  } while (--rows > 0);
}

/**
 * dx = γ / √(v + ε) · (dy − dbeta / rows − x̂·dgamma / rows); gamma may be 0 (absent). dx may be dy or x.
 */
export function batchNormGradInput(
  x: usize, dy: usize, mean: usize, variance: usize, gamma: usize, dgamma: usize, dbeta: usize, dx: usize,
  rows: i32, cols: i32, epsilon: f32, part: i32, parts: i32,
): void {
  assert(rows >= 0 && cols >= 0);
  const byRows = rows >= 4 * cols || cols < 16 * parts;
  const firstRow = byRows ? rangeStart(rows, part, parts, 1) : 0;
  const endRow = byRows ? rangeStart(rows, part + 1, parts, 1) : rows;
  const firstCol = byRows ? 0 : rangeStart(cols, part, parts, 16);
  const endCol = byRows ? cols : rangeStart(cols, part + 1, parts, 16);
  const stride = (<usize>cols) << 2;
  const size = stride * <usize>rows;
  const eps = f32x4.splat(epsilon);
  const count = f32x4.splat(<f32>rows);
  for (let r = firstRow; r < endRow; r += ROW_BLOCK) {
    const n = endRow - r < ROW_BLOCK ? endRow - r : ROW_BLOCK;
    const row = stride * <usize>r;
    let c = firstCol;
    for (; c + 16 <= endCol; c += 16) {
      const at = (<usize>c) << 2;
      const o = row + at;
      input16(x + o, dy + o, dx + o, stride, n, at, mean, variance, gamma, dgamma, dbeta, eps, count);
    }
    for (; c < endCol; c += 4) {
      const at = (<usize>c) << 2;
      const o = row + at;
      const width = endCol - c < 4 ? endCol - c : 4;
      input4(x + o, dy + o, dx + o, stride, n, at, mean, variance, gamma, dgamma, dbeta, eps, count, width, size - o);
    }
  }
}

/**
 * @file Softmax and its logarithm along the rows of x [rows, cols], and their gradients from the output. Threads share
 * rows. The output may be the input (for gradients: dx may be dy).
 */
import { divideRow, Drop, expRow, Keep, rowMax } from '../../lib/sum-exp';
import { exp4, log4 } from '../../lib/math';
import { nmadd } from '../../lib/simd';
import { rangeStart } from '../../lib/parallel';
import { Plain, Product, sumRow } from '../../lib/sum';

/** y = e^(x − max) / Σ e^(x − max) in each row. */
export function softmax(x: usize, y: usize, rows: i32, cols: i32, part: i32, parts: i32): void {
  assert(rows >= 0 && cols >= 0);
  const stride = (<usize>cols) << 2;
  const limit = x + stride * <usize>rows;
  const start = rangeStart(rows, part, parts, 1);
  const end = rangeStart(rows, part + 1, parts, 1);
  x += stride * <usize>start;
  y += stride * <usize>start;
  for (let r = start; r < end; r++) {
    const total = expRow<Keep>(x, y, cols, rowMax(x, cols, limit), limit);
    divideRow(y, cols, total);
    x += stride;
    y += stride;
  }
}

/** y = x − max − ln Σ e^(x − max) in each row. */
export function logSoftmax(x: usize, y: usize, rows: i32, cols: i32, part: i32, parts: i32): void {
  assert(rows >= 0 && cols >= 0);
  const stride = (<usize>cols) << 2;
  const limit = x + stride * <usize>rows;
  const start = rangeStart(rows, part, parts, 1);
  const end = rangeStart(rows, part + 1, parts, 1);
  x += stride * <usize>start;
  y += stride * <usize>start;
  for (let r = start; r < end; r++) {
    const peak = rowMax(x, cols, limit);
    const logTotal = log4(f32x4.splat(expRow<Drop>(x, y, cols, peak, limit)));
    const largest = f32x4.splat(peak);
    let n = cols;
    for (; n >= 4; n -= 4) {
      v128.store(y, f32x4.sub(f32x4.sub(v128.load(x), largest), logTotal));
      x += 16;
      y += 16;
    }
    for (; n > 0; n--) {
      v128.store_lane<f32>(y, f32x4.sub(f32x4.sub(v128.load_splat<f32>(x), largest), logTotal), 0);
      x += 4;
      y += 4;
    }
  }
}

/** dx = y·(dy − Σ dy·y) in each row, y = softmax(x). */
export function softmaxGrad(y: usize, dy: usize, dx: usize, rows: i32, cols: i32, part: i32, parts: i32): void {
  assert(rows >= 0 && cols >= 0);
  const stride = (<usize>cols) << 2;
  const start = rangeStart(rows, part, parts, 1);
  const end = rangeStart(rows, part + 1, parts, 1);
  const offset = stride * <usize>start;
  y += offset;
  dy += offset;
  dx += offset;
  for (let r = start; r < end; r++) {
    const dot = f32x4.splat(<f32>sumRow<Product>(y, dy, cols));
    let n = cols;
    for (; n >= 4; n -= 4) {
      v128.store(dx, f32x4.mul(v128.load(y), f32x4.sub(v128.load(dy), dot)));
      y += 16;
      dy += 16;
      dx += 16;
    }
    for (; n > 0; n--) {
      v128.store_lane<f32>(dx, f32x4.mul(v128.load_splat<f32>(y), f32x4.sub(v128.load_splat<f32>(dy), dot)), 0);
      y += 4;
      dy += 4;
      dx += 4;
    }
  }
}

/** dx = dy − e^y·Σ dy in each row, y = logSoftmax(x). */
export function logSoftmaxGrad(y: usize, dy: usize, dx: usize, rows: i32, cols: i32, part: i32, parts: i32): void {
  assert(rows >= 0 && cols >= 0);
  const stride = (<usize>cols) << 2;
  const start = rangeStart(rows, part, parts, 1);
  const end = rangeStart(rows, part + 1, parts, 1);
  const offset = stride * <usize>start;
  y += offset;
  dy += offset;
  dx += offset;
  for (let r = start; r < end; r++) {
    const total = f32x4.splat(<f32>sumRow<Plain>(dy, dy, cols));
    let n = cols;
    for (; n >= 4; n -= 4) {
      v128.store(dx, nmadd(exp4(v128.load(y)), total, v128.load(dy)));
      y += 16;
      dy += 16;
      dx += 16;
    }
    for (; n > 0; n--) {
      v128.store_lane<f32>(dx, nmadd(exp4(v128.load_splat<f32>(y)), total, v128.load_splat<f32>(dy)), 0);
      y += 4;
      dy += 4;
      dx += 4;
    }
  }
}

/**
 * @file Sums down the columns of a row-major matrix: a strip of 16 columns (a cache line per row), or of 1 to 4 at the
 * edge, walks all rows. Rows are taken 32 at a time: even and odd rows add up in single precision, the totals of the
 * blocks in double precision. Every column has this same order, so its bits depend on the number of rows alone.
 *
 * What is summed is a class with inline `f(x, center: v128): v128` and `centered(): bool`, false when center is not read.
 */
import { highHalf, loadColumns, lowHalf, scaledTotals, storeColumns } from './sum-lanes';

/** Rows added in single precision. */
const BLOCK: i32 = 32;

/** x. */
@unmanaged
export class Value {
  @inline centered(): bool { return false; }
  @inline f(x: v128, center: v128): v128 { return x; }
}

/** (x − center)². */
@unmanaged
export class SquaredDeviation {
  @inline centered(): bool { return true; }
  @inline f(x: v128, center: v128): v128 {
    const d = f32x4.sub(x, center);
    return f32x4.mul(d, d);
  }
}

/** y[0…16) = factor · the column sums. */
function strip16<Term>(x: usize, stride: usize, rows: i32, center: usize, y: usize, factor: v128): void {
  const op = changetype<Term>(0);
  const zero = f32x4.splat(0);
  const c0 = op.centered() ? v128.load(center) : zero;
  const c1 = op.centered() ? v128.load(center, 16) : zero;
  const c2 = op.centered() ? v128.load(center, 32) : zero;
  const c3 = op.centered() ? v128.load(center, 48) : zero;
  let low0 = zero, low1 = zero, low2 = zero, low3 = zero;
  let high0 = zero, high1 = zero, high2 = zero, high3 = zero;
  while (rows > 0) {
    let n = rows < BLOCK ? rows : BLOCK;
    rows -= n;
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    for (; n >= 2; n -= 2) {
      a0 = f32x4.add(a0, op.f(v128.load(x), c0));
      a1 = f32x4.add(a1, op.f(v128.load(x, 16), c1));
      a2 = f32x4.add(a2, op.f(v128.load(x, 32), c2));
      a3 = f32x4.add(a3, op.f(v128.load(x, 48), c3));
      x += stride;
      b0 = f32x4.add(b0, op.f(v128.load(x), c0));
      b1 = f32x4.add(b1, op.f(v128.load(x, 16), c1));
      b2 = f32x4.add(b2, op.f(v128.load(x, 32), c2));
      b3 = f32x4.add(b3, op.f(v128.load(x, 48), c3));
      x += stride;
    }
    if (n > 0) {
      a0 = f32x4.add(a0, op.f(v128.load(x), c0));
      a1 = f32x4.add(a1, op.f(v128.load(x, 16), c1));
      a2 = f32x4.add(a2, op.f(v128.load(x, 32), c2));
      a3 = f32x4.add(a3, op.f(v128.load(x, 48), c3));
      x += stride;
    }
    a0 = f32x4.add(a0, b0);
    a1 = f32x4.add(a1, b1);
    a2 = f32x4.add(a2, b2);
    a3 = f32x4.add(a3, b3);
    low0 = f64x2.add(low0, lowHalf(a0));
    high0 = f64x2.add(high0, highHalf(a0));
    low1 = f64x2.add(low1, lowHalf(a1));
    high1 = f64x2.add(high1, highHalf(a1));
    low2 = f64x2.add(low2, lowHalf(a2));
    high2 = f64x2.add(high2, highHalf(a2));
    low3 = f64x2.add(low3, lowHalf(a3));
    high3 = f64x2.add(high3, highHalf(a3));
  }
  v128.store(y, scaledTotals(low0, high0, factor));
  v128.store(y, scaledTotals(low1, high1, factor), 16);
  v128.store(y, scaledTotals(low2, high2, factor), 32);
  v128.store(y, scaledTotals(low3, high3, factor), 48);
}

/** y[0…width) = factor · the column sums, width 1 to 4. */
function strip4<Term>(
  x: usize, stride: usize, rows: i32, center: usize, y: usize, factor: v128, width: i32, limit: usize,
): void {
  const op = changetype<Term>(0);
  const zero = f32x4.splat(0);
  const c = op.centered() ? loadColumns(center, width, center + ((<usize>width) << 2)) : zero;
  let low = zero;
  let high = zero;
  while (rows > 0) {
    let n = rows < BLOCK ? rows : BLOCK;
    rows -= n;
    let a = zero;
    let b = zero;
    for (; n >= 2; n -= 2) {
      a = f32x4.add(a, op.f(loadColumns(x, width, limit), c));
      x += stride;
      b = f32x4.add(b, op.f(loadColumns(x, width, limit), c));
      x += stride;
    }
    if (n > 0) {
      a = f32x4.add(a, op.f(loadColumns(x, width, limit), c));
      x += stride;
    }
    a = f32x4.add(a, b);
    low = f64x2.add(low, lowHalf(a));
    high = f64x2.add(high, highHalf(a));
  }
  storeColumns(y, scaledTotals(low, high, factor), width);
}

/**
 * y[c] = factor · Σ over rows of f(x[r, c], center[c]) for c in [0, width). `x` points at the first of these columns, rows
 * are `stride` bytes apart, `limit` is the end of the whole matrix; `center` starts at the same column.
 */
export function sumColumns<Term>(
  x: usize, stride: usize, rows: i32, center: usize, y: usize, width: i32, factor: f64, limit: usize,
): void {
  const op = changetype<Term>(0);
  const factors = f64x2.splat(factor);
  for (; width >= 16; width -= 16) {
    strip16<Term>(x, stride, rows, center, y, factors);
    x += 64;
    y += 64;
    if (op.centered()) center += 64;
  }
  for (; width > 0; width -= 4) {
    strip4<Term>(x, stride, rows, center, y, factors, width < 4 ? width : 4, limit);
    x += 16;
    y += 16;
    if (op.centered()) center += 16;
  }
}

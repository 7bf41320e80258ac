/**
 * @file The heart of softmax and its losses: Σ e^(x − max x) along a row. Subtracting the largest element keeps every
 * exponent at or below 0; a row that holds NaN or Infinity, or nothing but −Infinity, gives NaN as the arithmetic follows.
 *
 * The sum runs in blocks of 64 elements, four partial sums each, whose totals are added in double precision: the order
 * depends on the length alone. The last 1 to 3 elements are a vector padded with the maximum, whose e^0 is then
 * masked away: padding with −Infinity would be simpler, but processors slow down where e^x underflows.
 */
import { exp4 } from './math/exp';
import { laneMask, laneSum, loadColumns, storeColumns } from './sum-lanes';

const BLOCK: i32 = 64;

// @ts-ignore: decorator
@inline
/** Up to four elements of a row, the other lanes those of `padding`. */
function loadPadded(x: usize, width: i32, limit: usize, padding: v128): v128 {
  return v128.bitselect(loadColumns(x, width, limit), padding, laneMask(width));
}

/**
 * The largest element, NaN aside: the exponential of a NaN makes the sum NaN anyway, and f32x4.max costs several times as
 * much as f32x4.pmax. `limit` ends the memory that may be read.
 */
export function rowMax(x: usize, n: i32, limit: usize): f32 {
  let a = f32x4.splat(-Infinity);
  if (n >= 16) {
    let b = a;
    do {
      a = f32x4.pmax(a, v128.load(x));
      b = f32x4.pmax(b, v128.load(x, 16));
      a = f32x4.pmax(a, v128.load(x, 32));
      b = f32x4.pmax(b, v128.load(x, 48));
      x += 64;
      n -= 16;
    } while (n >= 16);
    a = f32x4.pmax(a, b);
  }
  for (; n >= 4; n -= 4) {
    a = f32x4.pmax(a, v128.load(x));
    x += 16;
  }
  if (n > 0) a = f32x4.pmax(a, loadPadded(x, n, limit, a));
  a = f32x4.pmax(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(a, v128.shuffle<i32>(a, a, 1, 0, 3, 2)), 0);
}

/** Where the exponentials go. */
@unmanaged
export class Keep {
  @inline store(y: usize, e: v128, width: i32): void { storeColumns(y, e, width); }
}

/** The exponentials are not wanted. */
@unmanaged
export class Drop {
  @inline store(y: usize, e: v128, width: i32): void {}
}

/** Σ e^(x[i] − largest); with Keep also y[i] = e^(x[i] − largest). y may be x. */
export function expRow<Store>(x: usize, y: usize, n: i32, largest: f32, limit: usize): f32 {
  const out = changetype<Store>(0);
  const shift = f32x4.splat(largest);
  let total: f64 = 0;
  let sum = f32x4.splat(0);
  while (n >= 4) {
    const stop = x + ((<usize>(n < BLOCK ? n & -4 : BLOCK)) << 2);
    n -= BLOCK;
    sum = f32x4.splat(0);
    do {
      const e = exp4(f32x4.sub(v128.load(x), shift));
      out.store(y, e, 4);
      sum = f32x4.add(sum, e);
      x += 16;
      y += 16;
    } while (x < stop);
    total += <f64>laneSum(sum);
  }
  n &= 3;
  if (n > 0) {
    const e = exp4(f32x4.sub(loadPadded(x, n, limit, shift), shift));
    out.store(y, e, n);
    total += <f64>laneSum(v128.and(e, laneMask(n)));
  }
  return <f32>total;
}

/** y[i] /= divisor. */
export function divideRow(y: usize, n: i32, divisor: f32): void {
  const d = f32x4.splat(divisor);
  for (; n >= 4; n -= 4) {
    v128.store(y, f32x4.div(v128.load(y), d));
    y += 16;
  }
  for (; n > 0; n--) {
    v128.store_lane<f32>(y, f32x4.div(v128.load_splat<f32>(y), d), 0);
    y += 4;
  }
}

/**
 * @file Gradients of layer-norm.ts. With x̂ = (x − μ)·s and g = γ·dy, means taken along the row:
 *
 *   dx = s·(g − mean(g) − x̂·mean(g·x̂));  dγ = Σ dy·x̂ and dβ = Σ dy over the rows
 *
 * Threads share the rows of dx, and the columns of dγ and dβ: those are summed in blocks of 16 rows in single precision, whose
 * totals add up in double precision. Where μ counts as 0 (mean = 0), mean(g) has no part in dx.
 */
import { grainFor, highHalf, laneSum, loadColumns, lowHalf, scaledTotals, storeColumns } from '../../lib/sum-lanes';
import { Absent, Present } from '../../lib/optional';
import { madd, nmadd } from '../../lib/simd';
import { rangeStart } from '../../lib/parallel';

/** Bytes of the elements of a row that are added in single precision. */
const ROW_BLOCK: usize = 1024;

/** Rows of a column that are added in single precision. */
const BLOCK: i32 = 16;

// @ts-ignore: decorator
@inline
/** γ·dy. */
function weighted<Gamma>(dy: v128, gamma: v128): v128 {
  return changetype<Gamma>(0).is() ? f32x4.mul(dy, gamma) : dy;
}

// @ts-ignore: decorator
@inline
/** s·(g − a − x̂·b). */
function gradient(x: v128, g: v128, m: v128, s: v128, a: v128, b: v128): v128 {
  return f32x4.mul(s, nmadd(f32x4.mul(f32x4.sub(x, m), s), b, f32x4.sub(g, a)));
}

/** One row of dx. */
function inputRow<Gamma>(
  x: usize, dy: usize, gamma: usize, dx: usize, bytes: usize, center: f32, inverse: f32, share: f64,
  isCentered: bool,
): void {
  const m = f32x4.splat(center);
  const zero = f32x4.splat(0);
  let total: f64 = 0;
  let dot: f64 = 0;
  const hasGamma = changetype<Gamma>(0).is();
  const limit = x + bytes;
  let from = x, up = dy, weight = gamma;
  while (from < limit) {
    const end = limit - from < ROW_BLOCK ? limit : from + ROW_BLOCK;
    let t0 = zero, t1 = zero, d0 = zero, d1 = zero;
    for (; from + 32 <= end; from += 32) {
      const g0 = weighted<Gamma>(v128.load(up), hasGamma ? v128.load(weight) : zero);
      const g1 = weighted<Gamma>(v128.load(up, 16), hasGamma ? v128.load(weight, 16) : zero);
      t0 = f32x4.add(t0, g0);
      t1 = f32x4.add(t1, g1);
      d0 = madd(g0, f32x4.sub(v128.load(from), m), d0);
      d1 = madd(g1, f32x4.sub(v128.load(from, 16), m), d1);
      up += 32;
      if (hasGamma) weight += 32;
    }
    let t = laneSum(f32x4.add(t0, t1));
    let d = laneSum(f32x4.add(d0, d1));
    for (; from < end; from += 4) {
      const g = weighted<Gamma>(v128.load_splat<f32>(up), hasGamma ? v128.load_splat<f32>(weight) : zero);
      t += f32x4.extract_lane(g, 0);
      d += f32x4.extract_lane(f32x4.mul(g, f32x4.sub(v128.load_splat<f32>(from), m)), 0);
      up += 4;
      if (hasGamma) weight += 4;
    }
    total += <f64>t;
    dot += <f64>d;
  }
  const s = f32x4.splat(inverse);
  const a = isCentered ? f32x4.splat(<f32>(total * share)) : zero;
  const b = f32x4.splat(<f32>(<f64>inverse * dot * share));
  for (; x + 32 <= limit; x += 32) {
    const g0 = weighted<Gamma>(v128.load(dy), hasGamma ? v128.load(gamma) : zero);
    const g1 = weighted<Gamma>(v128.load(dy, 16), hasGamma ? v128.load(gamma, 16) : zero);
    const dx0 = gradient(v128.load(x), g0, m, s, a, b);
    const dx1 = gradient(v128.load(x, 16), g1, m, s, a, b);
    v128.store(dx, dx0);
    v128.store(dx, dx1, 16);
    dy += 32;
    dx += 32;
    if (hasGamma) gamma += 32;
  }
  for (; x < limit; x += 4) {
    const g = weighted<Gamma>(v128.load_splat<f32>(dy), hasGamma ? v128.load_splat<f32>(gamma) : zero);
    v128.store_lane<f32>(dx, gradient(v128.load_splat<f32>(x), g, m, s, a, b), 0);
    dy += 4;
    dx += 4;
    if (hasGamma) gamma += 4;
  }
}

/** dx; mean [rows] and gamma [cols] may be 0 (absent). dx may be dy or x. */
export function layerNormGradInput(
  x: usize, dy: usize, mean: usize, inverse: usize, gamma: usize, dx: usize, rows: i32, cols: i32, part: i32, parts: i32,
): void {
  assert(rows >= 0 && cols > 0);
  const bytes = (<usize>cols) << 2;
  const share = 1.0 / <f64>cols;
  const end = rangeStart(rows, part + 1, parts, 1);
  for (let r = rangeStart(rows, part, parts, 1); r < end; r++) {
    const row = bytes * <usize>r;
    const at = (<usize>r) << 2;
    const m = mean ? f32.load(mean + at) : 0;
    const s = f32.load(inverse + at);
    if (gamma) inputRow<Present>(x + row, dy + row, gamma, dx + row, bytes, m, s, share, mean != 0);
    else inputRow<Absent>(x + row, dy + row, 0, dx + row, bytes, m, s, share, mean != 0);
  }
}

// @ts-ignore: decorator
@inline
/** x̂. */
function normalized(x: v128, m: v128, s: v128): v128 {
  return f32x4.mul(f32x4.sub(x, m), s);
}

/** 16 columns of dgamma and dbeta. */
function parameters16(
  x: usize, dy: usize, stride: usize, rows: i32, mean: usize, inverse: usize, dgamma: usize, dbeta: usize,
): void {
  const zero = f32x4.splat(0);
  let gl0 = zero, gl1 = zero, gl2 = zero, gl3 = zero, gh0 = zero, gh1 = zero, gh2 = zero, gh3 = zero;
  let bl0 = zero, bl1 = zero, bl2 = zero, bl3 = zero, bh0 = zero, bh1 = zero, bh2 = zero, bh3 = zero;
  while (rows > 0) {
    let n = rows < BLOCK ? rows : BLOCK;
    rows -= n;
    let g0 = zero, g1 = zero, g2 = zero, g3 = zero;
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    for (; n > 0; n--) {
      const m = mean ? v128.load_splat<f32>(mean) : zero;
      const s = v128.load_splat<f32>(inverse);
      const d0 = v128.load(dy);
      b0 = f32x4.add(b0, d0);
      g0 = madd(d0, normalized(v128.load(x), m, s), g0);
      const d1 = v128.load(dy, 16);
      b1 = f32x4.add(b1, d1);
      g1 = madd(d1, normalized(v128.load(x, 16), m, s), g1);
      const d2 = v128.load(dy, 32);
      b2 = f32x4.add(b2, d2);
      g2 = madd(d2, normalized(v128.load(x, 32), m, s), g2);
      const d3 = v128.load(dy, 48);
      b3 = f32x4.add(b3, d3);
      g3 = madd(d3, normalized(v128.load(x, 48), m, s), g3);
      x += stride;
      dy += stride;
      if (mean) mean += 4;
      inverse += 4;
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
  v128.store(dgamma, scaledTotals(gl0, gh0, one));
  v128.store(dgamma, scaledTotals(gl1, gh1, one), 16);
  v128.store(dgamma, scaledTotals(gl2, gh2, one), 32);
  v128.store(dgamma, scaledTotals(gl3, gh3, one), 48);
  if (!dbeta) return;
  v128.store(dbeta, scaledTotals(bl0, bh0, one));
  v128.store(dbeta, scaledTotals(bl1, bh1, one), 16);
  v128.store(dbeta, scaledTotals(bl2, bh2, one), 32);
  v128.store(dbeta, scaledTotals(bl3, bh3, one), 48);
}

/** One to four columns of dgamma and dbeta. `toLimit`: bytes from x to the end of its matrix, the same for dy. */
function parameters4(
  x: usize, dy: usize, stride: usize, rows: i32, mean: usize, inverse: usize, dgamma: usize, dbeta: usize, width: i32,
  toLimit: usize,
): void {
  const zero = f32x4.splat(0);
  const xLimit = x + toLimit;
  const dyLimit = dy + toLimit;
  let gl = zero, gh = zero, bl = zero, bh = zero;
  while (rows > 0) {
    let n = rows < BLOCK ? rows : BLOCK;
    rows -= n;
    let g = zero;
    let b = zero;
    for (; n > 0; n--) {
      const m = mean ? v128.load_splat<f32>(mean) : zero;
      const d = loadColumns(dy, width, dyLimit);
      b = f32x4.add(b, d);
      g = madd(d, normalized(loadColumns(x, width, xLimit), m, v128.load_splat<f32>(inverse)), g);
      x += stride;
      dy += stride;
      if (mean) mean += 4;
      inverse += 4;
    }
    gl = f64x2.add(gl, lowHalf(g));
    gh = f64x2.add(gh, highHalf(g));
    bl = f64x2.add(bl, lowHalf(b));
    bh = f64x2.add(bh, highHalf(b));
  }
  const one = f64x2.splat(1);
  storeColumns(dgamma, scaledTotals(gl, gh, one), width);
  if (dbeta) storeColumns(dbeta, scaledTotals(bl, bh, one), width);
}

/** dgamma [cols] and dbeta [cols]; mean [rows] and dbeta may be 0 (absent). */
export function layerNormGradParameters(
  x: usize, dy: usize, mean: usize, inverse: usize, dgamma: usize, dbeta: usize, rows: i32, cols: i32, part: i32, parts: i32,
): void {
  assert(rows >= 0 && cols > 0);
  const grain = grainFor(cols, parts);
  const end = rangeStart(cols, part + 1, parts, grain);
  const stride = (<usize>cols) << 2;
  const size = stride * <usize>rows;
  let c = rangeStart(cols, part, parts, grain);
  for (; c + 16 <= end; c += 16) {
    const at = (<usize>c) << 2;
    parameters16(x + at, dy + at, stride, rows, mean, inverse, dgamma + at, dbeta ? dbeta + at : 0);
  }
  for (; c < end; c += 4) {
    const at = (<usize>c) << 2;
    const width = end - c < 4 ? end - c : 4;
    parameters4(x + at, dy + at, stride, rows, mean, inverse, dgamma + at, dbeta ? dbeta + at : 0, width, size - at);
  }
}

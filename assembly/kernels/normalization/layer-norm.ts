/**
 * @file Normalization of each row of x [rows, cols]: y = γ·(x − μ)·s + β with s = 1 / √(v + ε), where μ is the mean of the row and
 * v the mean of (x − μ)², found in a second pass over a row that is still in cache. Without a place for the means μ counts as 0,
 * which makes v the mean square. Threads share rows. Sums have the order of lib/sum.ts.
 */
import { laneSum } from '../../lib/sum-lanes';
import { Absent, Present } from '../../lib/optional';
import { madd } from '../../lib/simd';
import { rangeStart } from '../../lib/parallel';
import { Plain, sumRow } from '../../lib/sum';

/** Bytes of the elements that are added in single precision. */
const BLOCK: usize = 1024;

// @ts-ignore: decorator
@inline
function squared(x: v128, m: v128): v128 {
  const d = f32x4.sub(x, m);
  return f32x4.mul(d, d);
}

/** Σ (x − m)² over `bytes` / 4 elements. */
function squaredDeviations(x: usize, bytes: usize, m: v128): f64 {
  let total: f64 = 0;
  const limit = x + bytes;
  while (x < limit) {
    const end = limit - x < BLOCK ? limit : x + BLOCK;
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (; x + 64 <= end; x += 64) {
      s0 = f32x4.add(s0, squared(v128.load(x), m));
      s1 = f32x4.add(s1, squared(v128.load(x, 16), m));
      s2 = f32x4.add(s2, squared(v128.load(x, 32), m));
      s3 = f32x4.add(s3, squared(v128.load(x, 48), m));
    }
    s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
    for (; x + 16 <= end; x += 16) s0 = f32x4.add(s0, squared(v128.load(x), m));
    let sum = laneSum(s0);
    for (; x < end; x += 4) sum += f32x4.extract_lane(squared(v128.load_splat<f32>(x), m), 0);
    total += <f64>sum;
  }
  return total;
}

// @ts-ignore: decorator
@inline
/** γ·(x − m)·s + β. */
function affine<Gamma, Beta>(x: v128, gamma: v128, beta: v128, m: v128, s: v128): v128 {
  const normalized = f32x4.mul(f32x4.sub(x, m), s);
  if (changetype<Beta>(0).is()) return madd(normalized, gamma, beta);
  return changetype<Gamma>(0).is() ? f32x4.mul(normalized, gamma) : normalized;
}

/** y = γ·(x − m)·s + β over one row. */
function normalizeRow<Gamma, Beta>(x: usize, gamma: usize, beta: usize, y: usize, bytes: usize, m: v128, s: v128): void {
  const hasGamma = changetype<Gamma>(0).is();
  const hasBeta = changetype<Beta>(0).is();
  const one = f32x4.splat(1);
  const limit = x + bytes;
  for (; x + 32 <= limit; x += 32) {
    const y0 = affine<Gamma, Beta>(v128.load(x), hasGamma ? v128.load(gamma) : one, hasBeta ? v128.load(beta) : one, m, s);
    const y1 = affine<Gamma, Beta>(
      v128.load(x, 16), hasGamma ? v128.load(gamma, 16) : one, hasBeta ? v128.load(beta, 16) : one, m, s,
    );
    v128.store(y, y0);
    v128.store(y, y1, 16);
    y += 32;
    if (hasGamma) gamma += 32;
    if (hasBeta) beta += 32;
  }
  for (; x < limit; x += 4) {
    const scale = hasGamma ? v128.load_splat<f32>(gamma) : one;
    const shift = hasBeta ? v128.load_splat<f32>(beta) : one;
    v128.store_lane<f32>(y, affine<Gamma, Beta>(v128.load_splat<f32>(x), scale, shift, m, s), 0);
    y += 4;
    if (hasGamma) gamma += 4;
    if (hasBeta) beta += 4;
  }
}

/**
 * y, and for the gradient mean[r] = μ and inverse[r] = s. gamma and beta [cols] may be 0 (absent); with mean 0, μ is 0.
 * In place where y = x.
 */
export function layerNormForward(
  x: usize, gamma: usize, beta: usize, y: usize, mean: usize, inverse: usize, rows: i32, cols: i32, epsilon: f32,
  part: i32, parts: i32,
): void {
  assert(rows >= 0 && cols > 0);
  const bytes = (<usize>cols) << 2;
  const share = 1.0 / <f64>cols;
  const end = rangeStart(rows, part + 1, parts, 1);
  for (let r = rangeStart(rows, part, parts, 1); r < end; r++) {
    const row = x + bytes * <usize>r;
    const at = (<usize>r) << 2;
    let m: f32 = 0;
    if (mean) {
      m = <f32>(sumRow<Plain>(row, row, cols) * share);
      f32.store(mean + at, m);
    }
    const center = f32x4.splat(m);
    const s = <f32>(1.0 / sqrt<f64>(squaredDeviations(row, bytes, center) * share + <f64>epsilon));
    f32.store(inverse + at, s);
    const out = y + bytes * <usize>r;
    const scale = f32x4.splat(s);
    if (gamma) {
      if (beta) normalizeRow<Present, Present>(row, gamma, beta, out, bytes, center, scale);
      else normalizeRow<Present, Absent>(row, gamma, 0, out, bytes, center, scale);
    } else {
      if (beta) normalizeRow<Absent, Present>(row, 0, beta, out, bytes, center, scale);
      else normalizeRow<Absent, Absent>(row, 0, 0, out, bytes, center, scale);
    }
  }
}

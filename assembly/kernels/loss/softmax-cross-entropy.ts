/**
 * @file Cross-entropy from logits [rows, cols], fused with softmax so that nothing overflows and no probability is rounded
 * to 0 before its logarithm: loss = ln Σ e^(x − max) − (x[label] − max). Threads share rows. The forward kernels keep the
 * probabilities for the gradient; they may overwrite the logits.
 */
import { divideRow, expRow, Keep, rowMax } from '../../lib/sum-exp';
import { laneMask, laneSum, loadColumns } from '../../lib/sum-lanes';
import { log4 } from '../../lib/math';
import { madd } from '../../lib/simd';
import { rangeStart } from '../../lib/parallel';
import { Plain, sumRow } from '../../lib/sum';

/**
 * loss[r] = −ln softmax(logits)[r, labels[r]] for i32 labels in [0, cols). Labels are checked in TypeScript; one out of range
 * reads the nearest column.
 */
export function softmaxCrossEntropySparse(
  logits: usize, labels: usize, loss: usize, probabilities: usize, rows: i32, cols: i32, part: i32, parts: i32,
): void {
  assert(rows >= 0 && cols > 0);
  if (cols <= 0) return;
  const stride = (<usize>cols) << 2;
  const limit = logits + stride * <usize>rows;
  const start = rangeStart(rows, part, parts, 1);
  const end = rangeStart(rows, part + 1, parts, 1);
  let x = logits + stride * <usize>start;
  let p = probabilities + stride * <usize>start;
  for (let r = start; r < end; r++) {
    const at = (<usize>r) << 2;
    let label = load<i32>(labels + at);
    assert(label >= 0 && label < cols);
    label = label < 0 ? 0 : label >= cols ? cols - 1 : label;
    const largest = rowMax(x, cols, limit);
    const chosen = load<f32>(x + ((<usize>label) << 2)) - largest;
    const total = expRow<Keep>(x, p, cols, largest, limit);
    divideRow(p, cols, total);
    store<f32>(loss + at, f32x4.extract_lane(log4(f32x4.splat(total)), 0) - chosen);
    x += stride;
    p += stride;
  }
}

/** dx[r, c] = (probabilities[r, c] − (c = labels[r] ? 1 : 0))·dloss[r]. dx may be probabilities. */
export function softmaxCrossEntropySparseGrad(
  probabilities: usize, labels: usize, dloss: usize, dx: usize, rows: i32, cols: i32, part: i32, parts: i32,
): void {
  assert(rows >= 0 && cols >= 0);
  const stride = (<usize>cols) << 2;
  const start = rangeStart(rows, part, parts, 1);
  const end = rangeStart(rows, part + 1, parts, 1);
  let p = probabilities + stride * <usize>start;
  let d = dx + stride * <usize>start;
  for (let r = start; r < end; r++) {
    const label = load<i32>(labels + ((<usize>r) << 2));
    const factor = load<f32>(dloss + ((<usize>r) << 2));
    const factors = f32x4.splat(factor);
    const hasLabel = label >= 0 && label < cols;
    assert(hasLabel);
    const ofLabel = hasLabel ? (load<f32>(p + ((<usize>label) << 2)) - 1) * factor : 0;
    const row = d;
    let n = cols;
    for (; n >= 4; n -= 4) {
      v128.store(d, f32x4.mul(v128.load(p), factors));
      p += 16;
      d += 16;
    }
    for (; n > 0; n--) {
      store<f32>(d, load<f32>(p) * factor);
      p += 4;
      d += 4;
    }
    if (hasLabel) store<f32>(row + ((<usize>label) << 2), ofLabel);
  }
}

/**
 * loss[r] = Σ over c of targets[r, c]·(ln Σ e^x − x[r, c]), the targets being weights of any sum. It is computed as
 * Σt·ln Σ e^(x − max) + Σ t·(max − x), both parts of one sign for targets of one sign.
 */
export function softmaxCrossEntropy(
  logits: usize, targets: usize, loss: usize, probabilities: usize, rows: i32, cols: i32, part: i32, parts: i32,
): void {
  assert(rows >= 0 && cols > 0);
  const stride = (<usize>cols) << 2;
  const size = stride * <usize>rows;
  const start = rangeStart(rows, part, parts, 1);
  const end = rangeStart(rows, part + 1, parts, 1);
  const offset = stride * <usize>start;
  const xLimit = logits + size;
  const tLimit = targets + size;
  let x = logits + offset;
  let t = targets + offset;
  let p = probabilities + offset;
  for (let r = start; r < end; r++) {
    const largest = rowMax(x, cols, xLimit);
    const weight = <f32>sumRow<Plain>(t, t, cols);
    const distance = targetDistance(x, t, cols, largest, xLimit, tLimit);
    const total = expRow<Keep>(x, p, cols, largest, xLimit);
    divideRow(p, cols, total);
    store<f32>(loss + ((<usize>r) << 2), weight * f32x4.extract_lane(log4(f32x4.splat(total)), 0) + distance);
    x += stride;
    t += stride;
    p += stride;
  }
}

/** Σ t·(largest − x) along a row: blocks of 64 elements, their totals in double precision. */
function targetDistance(x: usize, t: usize, n: i32, largest: f32, xLimit: usize, tLimit: usize): f32 {
  const peak = f32x4.splat(largest);
  let total: f64 = 0;
  let sum = f32x4.splat(0);
  for (; n > 64; n -= 64) {
    for (let i = 0; i < 64; i += 4) {
      sum = madd(v128.load(t), f32x4.sub(peak, v128.load(x)), sum);
      x += 16;
      t += 16;
    }
    total += <f64>laneSum(sum);
    sum = f32x4.splat(0);
  }
  for (; n >= 4; n -= 4) {
    sum = madd(v128.load(t), f32x4.sub(peak, v128.load(x)), sum);
    x += 16;
    t += 16;
  }
  if (n > 0) {
    const products = f32x4.mul(loadColumns(t, n, tLimit), f32x4.sub(peak, loadColumns(x, n, xLimit)));
    sum = f32x4.add(sum, v128.and(products, laneMask(n)));
  }
  return <f32>(total + <f64>laneSum(sum));
}

/** dx[r, c] = (probabilities[r, c]·Σ targets[r, …] − targets[r, c])·dloss[r]. dx may be probabilities. */
export function softmaxCrossEntropyGrad(
  probabilities: usize, targets: usize, dloss: usize, dx: usize, rows: i32, cols: i32, part: i32, parts: i32,
): void {
  assert(rows >= 0 && cols >= 0);
  const stride = (<usize>cols) << 2;
  const start = rangeStart(rows, part, parts, 1);
  const end = rangeStart(rows, part + 1, parts, 1);
  let p = probabilities + stride * <usize>start;
  let t = targets + stride * <usize>start;
  let d = dx + stride * <usize>start;
  for (let r = start; r < end; r++) {
    const weight = f32x4.splat(<f32>sumRow<Plain>(t, t, cols));
    const factor = v128.load_splat<f32>(dloss + ((<usize>r) << 2));
    let n = cols;
    for (; n >= 4; n -= 4) {
      v128.store(d, f32x4.mul(f32x4.sub(f32x4.mul(v128.load(p), weight), v128.load(t)), factor));
      p += 16;
      t += 16;
      d += 16;
    }
    for (; n > 0; n--) {
      const difference = f32x4.sub(f32x4.mul(v128.load_splat<f32>(p), weight), v128.load_splat<f32>(t));
      v128.store_lane<f32>(d, f32x4.mul(difference, factor), 0);
      p += 4;
      t += 4;
      d += 4;
    }
  }
}

/**
 * @file Softmax of attention scores x [batch, heads, rows, cols] along the last axis, over the columns a mask lets through. Others
 * get exactly 0 whatever their score, also where it is NaN. The gradient is that of softmax.
 *
 * The mask holds 0 where a column is left out; strides in elements say which row of it goes with a row of x, 0 where one serves
 * all. `causal` leaves out the columns after the row's own number. `mask` may be 0. A row that nothing is left of is all 0.
 * Threads share rows. y may be x.
 */
import { exp4 } from '../../lib/math';
import { Absent, Present } from '../../lib/optional';
import { rangeStart } from '../../lib/parallel';
import { divideRow } from '../../lib/sum-exp';
import { laneMask, laneSum, loadColumns, storeColumns } from '../../lib/sum-lanes';

const BLOCK: i32 = 64;

// @ts-ignore: decorator
@inline
/** All bits set in the lanes that count. */
function keptLanes<Masked>(mask: usize, o: usize): v128 {
  if (!changetype<Masked>(0).is()) return i32x4.splat(-1);
  return f32x4.ne(v128.load(mask + o), f32x4.splat(0));
}

// @ts-ignore: decorator
@inline
/** The same for the last 1 to 3 columns. */
function keptEdge<Masked>(mask: usize, o: usize, width: i32): v128 {
  const inside = laneMask(width);
  if (!changetype<Masked>(0).is()) return inside;
  // A limit of 0 is never met: the edge of a mask may be the edge of its buffer.
  return v128.and(inside, f32x4.ne(loadColumns(mask + o, width, 0), f32x4.splat(0)));
}

/** The largest of the elements that count, NaN aside; −Infinity when there is none. */
function peakOf<Masked>(x: usize, mask: usize, n: i32): f32 {
  const none = f32x4.splat(-Infinity);
  let peak = none;
  const whole = <usize>(n & -4) << 2;
  let o: usize = 0;
  for (; o != whole; o += 16) peak = f32x4.pmax(peak, v128.bitselect(v128.load(x + o), none, keptLanes<Masked>(mask, o)));
  const rest = n & 3;
  if (rest > 0) peak = f32x4.pmax(peak, v128.bitselect(loadColumns(x + o, rest, 0), none, keptEdge<Masked>(mask, o, rest)));
  peak = f32x4.pmax(peak, v128.shuffle<i32>(peak, peak, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(peak, v128.shuffle<i32>(peak, peak, 1, 0, 3, 2)), 0);
}

/** Whether no element counts. */
function isEmpty<Masked>(mask: usize, n: i32): bool {
  if (!changetype<Masked>(0).is()) return n == 0;
  for (const end = mask + (<usize>n << 2); mask != end; mask += 4) if (load<f32>(mask) != 0) return false;
  return true;
}

/** y = e^(x − peak) where elements count, 0 elsewhere; returns the sum, added up in blocks as `lib/sum-exp` does. */
function exponentials<Masked>(x: usize, mask: usize, y: usize, n: i32, peak: f32): f32 {
  const shift = f32x4.splat(peak), zero = f32x4.splat(0);
  let total: f64 = 0;
  let o: usize = 0;
  for (; n >= 4; n -= BLOCK) {
    const stop = o + (<usize>(n < BLOCK ? n & -4 : BLOCK) << 2);
    let sum = zero;
    for (; o != stop; o += 16) {
      const kept = keptLanes<Masked>(mask, o);
      let power = f32x4.sub(v128.load(x + o), shift);
      if (changetype<Masked>(0).is()) power = v128.and(power, kept);
      let e = exp4(power);
      if (changetype<Masked>(0).is()) e = v128.and(e, kept);
      v128.store(y + o, e);
      sum = f32x4.add(sum, e);
    }
    total += <f64>laneSum(sum);
  }
  const rest = n & 3;
  if (rest > 0) {
    const kept = keptEdge<Masked>(mask, o, rest);
    const power = v128.and(f32x4.sub(loadColumns(x + o, rest, 0), shift), kept);
    const e = v128.and(exp4(power), kept);
    storeColumns(y + o, e, rest);
    total += <f64>laneSum(e);
  }
  return <f32>total;
}

// @ts-ignore: decorator
@inline
function clearRow(y: usize, n: i32): void {
  memory.fill(y, 0, <usize>n << 2);
}

/** One row; the first n of its columns may count. */
function softmaxRow<Masked>(x: usize, mask: usize, y: usize, n: i32, cols: i32): void {
  const peak = peakOf<Masked>(x, mask, n);
  if (peak == -Infinity && isEmpty<Masked>(mask, n)) {
    clearRow(y, cols);
    return;
  }
  divideRow(y, n, exponentials<Masked>(x, mask, y, n, peak));
  clearRow(y + (<usize>n << 2), cols - n);
}

/** y = softmax(x) over the columns that count. */
export function maskedSoftmax(
  x: usize, mask: usize, y: usize, batch: i32, heads: i32, rows: i32, cols: i32,
  maskBatch: i32, maskHead: i32, maskRow: i32, causal: i32, part: i32, parts: i32,
): void {
  assert(batch >= 0 && heads >= 0 && rows >= 0 && cols >= 0);
  const count = batch * heads * rows, stride = <usize>cols << 2;
  const end = rangeStart(count, part + 1, parts, 1);
  for (let r = rangeStart(count, part, parts, 1); r < end; ++r) {
    const t = r % rows, matrix = r / rows;
    const n = causal ? min(cols, t + 1) : cols;
    const from = x + <usize>r * stride, to = y + <usize>r * stride;
    if (mask) {
      const i = <usize>(matrix / heads), h = <usize>(matrix % heads);
      const place = i * <usize>maskBatch + h * <usize>maskHead + <usize>t * <usize>maskRow;
      softmaxRow<Present>(from, mask + (place << 2), to, n, cols);
    } else softmaxRow<Absent>(from, 0, to, n, cols);
  }
}

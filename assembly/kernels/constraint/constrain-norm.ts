/**
 * @file Keeping norms of a weight in bounds, in place. The weight is seen as [outer, count, inner]; a group is the `count` elements at
 * one outer and one inner position, such as the weights that lead into one unit.
 */
import { rangeStart } from '../../lib/parallel';
import { Four, One } from '../../lib/segments';

/** Keeps a norm of 0 from dividing by it. */
const EPSILON: f64 = 1e-7;

// @ts-ignore: decorator
@inline
function highHalf(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 2, 3, 2, 3);
}

/** Two norms from two sums of squares, to the factors of their groups. */
function factors(squares: v128, low: v128, high: v128, rate: v128, rest: v128): v128 {
  const norm = f64x2.sqrt(squares);
  const target = f64x2.add(f64x2.mul(rate, f64x2.min(f64x2.max(norm, low), high)), f64x2.mul(rest, norm));
  return f64x2.div(target, f64x2.add(norm, f64x2.splat(EPSILON)));
}

/** One group in every lane of L; neighbours in a group are `stride` bytes apart. Double precision throughout: nothing overflows. */
function constrain<L>(w: usize, stride: usize, count: i32, low: v128, high: v128, rate: v128, rest: v128): void {
  const lanes = changetype<L>(0);
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  let p = w;
  for (let c = 0; c < count; c++) {
    const x = lanes.load(p);
    const a = f64x2.promote_low_f32x4(x);
    const b = f64x2.promote_low_f32x4(highHalf(x));
    first = f64x2.add(first, f64x2.mul(a, a));
    second = f64x2.add(second, f64x2.mul(b, b));
    p += stride;
  }
  first = factors(first, low, high, rate, rest);
  second = factors(second, low, high, rate, rest);
  p = w;
  for (let c = 0; c < count; c++) {
    const x = lanes.load(p);
    const a = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.promote_low_f32x4(x), first));
    const b = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.promote_low_f32x4(highHalf(x)), second));
    lanes.store(p, v128.shuffle<i32>(a, b, 0, 1, 4, 5));
    p += stride;
  }
}

/**
 * w ← w·d / (‖w‖ + 1e-7) in each group, with d = rate·clip(‖w‖, low, high) + (1 − rate)·‖w‖. Threads share the groups.
 */
export function constrainNorm(
  w: usize, outer: i32, count: i32, inner: i32, low: f32, high: f32, rate: f32, part: i32, parts: i32,
): void {
  assert(outer >= 0 && count >= 0 && inner >= 0);
  const lowest = f64x2.splat(<f64>low);
  const highest = f64x2.splat(<f64>high);
  const share = f64x2.splat(<f64>rate);
  const rest = f64x2.splat(1 - <f64>rate);
  const stride = (<usize>inner) << 2;
  let group = rangeStart(outer * inner, part, parts, 16);
  const end = rangeStart(outer * inner, part + 1, parts, 16);
  while (group < end) {
    const o = group / inner;
    let i = group - o * inner;
    const last = end - o * inner < inner ? end - o * inner : inner;
    const start = w + (<usize>o * <usize>count) * stride;
    group += last - i;
    for (; i + 4 <= last; i += 4) constrain<Four>(start + ((<usize>i) << 2), stride, count, lowest, highest, share, rest);
    for (; i < last; i++) constrain<One>(start + ((<usize>i) << 2), stride, count, lowest, highest, share, rest);
  }
}

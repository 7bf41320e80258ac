/**
 * @file Sums of x [outer, count, inner] along its middle axis, the kernel behind sum, mean, bias gradients and losses.
 * Rows and columns are summed in blocks whose order depends on the shape alone (lib/sum.ts, lib/sum-columns.ts).
 */
import { grainFor } from '../../lib/sum-lanes';
import { rangeStart } from '../../lib/parallel';
import { Plain, sumRow } from '../../lib/sum';
import { sumColumns, Value } from '../../lib/sum-columns';

/** y[o, i] = scale · Σ over c of x[o, c, i]. */
export function sum(
  x: usize, y: usize, outer: i32, count: i32, inner: i32, scale: f32, part: i32, parts: i32,
): void {
  assert(outer >= 0 && count >= 0 && inner >= 0);
  const n = outer * inner;
  const grain = grainFor(n, parts);
  const start = rangeStart(n, part, parts, grain);
  const end = rangeStart(n, part + 1, parts, grain);
  if (inner == 1) {
    const stride = (<usize>count) << 2;
    let p = x + <usize>start * stride;
    for (let r = start; r < end; r++) {
      store<f32>(y + ((<usize>r) << 2), <f32>(sumRow<Plain>(p, p, count) * <f64>scale));
      p += stride;
    }
    return;
  }
  const stride = (<usize>inner) << 2;
  const slab = stride * <usize>count;
  const limit = x + slab * <usize>outer;
  for (let at = start; at < end; ) {
    const o = at / inner;
    const i = at - o * inner;
    const width = inner - i < end - at ? inner - i : end - at;
    const p = x + <usize>o * slab + ((<usize>i) << 2);
    sumColumns<Value>(p, stride, count, 0, y + ((<usize>at) << 2), width, <f64>scale, limit);
    at += width;
  }
}

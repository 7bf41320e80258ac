/** @file The elementwise loops of `loops.ts` for ops with three scalars. */

import { rangeStart } from './parallel';

/** Elements per cache line: shares of a contiguous range start at multiples of it. */
const GRAIN: i32 = 16;

/** y[i] = f(x[i], s, t, u) with three scalars. */
export function map1Scalars3<Op>(x: usize, y: usize, n: i32, s: f32, t: f32, u: f32, part: i32, parts: i32): void {
  assert(n >= 0 && ((x | y) & 3) == 0);
  const op = changetype<Op>(0);
  const start = rangeStart(n, part, parts, GRAIN);
  const end = rangeStart(n, part + 1, parts, GRAIN);
  const sv = f32x4.splat(s);
  const tv = f32x4.splat(t);
  const uv = f32x4.splat(u);
  let p = x + ((<usize>start) << 2);
  const toY = y - x;
  const stop = x + ((<usize>end) << 2);
  const vectorStop = stop - ((<usize>(end - start) & 3) << 2);
  while (p < vectorStop) {
    v128.store(p + toY, op.f(v128.load(p), sv, tv, uv));
    p += 16;
  }
  while (p < stop) {
    v128.store_lane<f32>(p + toY, op.f(v128.load_splat<f32>(p), sv, tv, uv), 0);
    p += 4;
  }
}

/** y[i] = f(a[i], b[i], s, t, u) with three scalars. */
export function map2Scalars3<Op>(
  a: usize,
  b: usize,
  y: usize,
  n: i32,
  s: f32,
  t: f32,
  u: f32,
  part: i32,
  parts: i32,
): void {
  assert(n >= 0 && ((a | b | y) & 3) == 0);
  const op = changetype<Op>(0);
  const start = rangeStart(n, part, parts, GRAIN);
  const end = rangeStart(n, part + 1, parts, GRAIN);
  const sv = f32x4.splat(s);
  const tv = f32x4.splat(t);
  const uv = f32x4.splat(u);
  let p = a + ((<usize>start) << 2);
  const toB = b - a;
  const toY = y - a;
  const stop = a + ((<usize>end) << 2);
  const vectorStop = stop - ((<usize>(end - start) & 3) << 2);
  while (p < vectorStop) {
    v128.store(p + toY, op.f(v128.load(p), v128.load(p + toB), sv, tv, uv));
    p += 16;
  }
  while (p < stop) {
    v128.store_lane<f32>(p + toY, op.f(v128.load_splat<f32>(p), v128.load_splat<f32>(p + toB), sv, tv, uv), 0);
    p += 4;
  }
}

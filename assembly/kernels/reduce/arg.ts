/**
 * @file Position (i32) of the largest or smallest element of x [outer, count, inner] along its middle axis: the first of
 * equal ones, +0 and −0 being equal; the first NaN where there is one. With count 0 the result is 0.
 */
import { foldRow } from '../../lib/sum-fold';
import { grainFor, loadColumns, storeColumns } from '../../lib/sum-lanes';
import { rangeStart } from '../../lib/parallel';

@unmanaged
class Largest {
  @inline identity(): f32 { return -Infinity; }
  @inline f(a: v128, b: v128): v128 { return f32x4.pmax(a, b); }
  @inline losesNaN(): bool { return true; }
  @inline better(x: v128, best: v128): v128 { return f32x4.gt(x, best); }
}

@unmanaged
class Smallest {
  @inline identity(): f32 { return Infinity; }
  @inline f(a: v128, b: v128): v128 { return f32x4.pmin(a, b); }
  @inline losesNaN(): bool { return true; }
  @inline better(x: v128, best: v128): v128 { return f32x4.lt(x, best); }
}

/** First position of a row that holds its extreme value, or NaN. */
function argRow<Op>(x: usize, n: i32): i32 {
  const best = f32x4.splat(foldRow<Op>(x, n));
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(x);
    const hits = i32x4.bitmask(v128.or(f32x4.eq(v, best), f32x4.ne(v, v)));
    if (hits) return i + ctz(hits);
    x += 16;
  }
  for (; i < n; i++) {
    const v = v128.load_splat<f32>(x);
    if (v128.any_true(v128.or(f32x4.eq(v, best), f32x4.ne(v, v)))) return i;
    x += 4;
  }
  return 0;
}

/** Up to four columns: keeps the best value and its row; a NaN is kept once met. */
function argColumns<Op>(x: usize, stride: usize, count: i32, y: usize, width: i32, limit: usize): void {
  const op = changetype<Op>(0);
  if (count == 0) return storeColumns(y, i32x4.splat(0), width);
  let best = loadColumns(x, width, limit);
  let at = i32x4.splat(0);
  for (let c = 1; c < count; c++) {
    x += stride;
    const v = loadColumns(x, width, limit);
    const firstNaN = v128.andnot(f32x4.ne(v, v), f32x4.ne(best, best));
    const take = v128.or(op.better(v, best), firstNaN);
    best = v128.bitselect(v, best, take);
    at = v128.bitselect(i32x4.splat(c), at, take);
  }
  storeColumns(y, at, width);
}

function arg<Op>(x: usize, y: usize, outer: i32, count: i32, inner: i32, part: i32, parts: i32): void {
  assert(outer >= 0 && count >= 0 && inner >= 0);
  const n = outer * inner;
  const grain = grainFor(n, parts);
  const start = rangeStart(n, part, parts, grain);
  const end = rangeStart(n, part + 1, parts, grain);
  const stride = (<usize>inner) << 2;
  const slab = stride * <usize>count;
  y += (<usize>start) << 2;
  if (inner == 1) {
    x += <usize>start * slab;
    for (let r = start; r < end; r++) {
      store<i32>(y, argRow<Op>(x, count));
      x += slab;
      y += 4;
    }
    return;
  }
  const limit = x + slab * <usize>outer;
  for (let at = start; at < end; ) {
    const o = at / inner;
    const i = at - o * inner;
    const left = inner - i < end - at ? inner - i : end - at;
    const width = left < 4 ? left : 4;
    argColumns<Op>(x + <usize>o * slab + ((<usize>i) << 2), stride, count, y, width, limit);
    y += (<usize>width) << 2;
    at += width;
  }
}

/** y[o, i] = position of the largest x[o, c, i]; y is i32. */
export function argmax(x: usize, y: usize, outer: i32, count: i32, inner: i32, part: i32, parts: i32): void {
  arg<Largest>(x, y, outer, count, inner, part, parts);
}

/** y[o, i] = position of the smallest x[o, c, i]; y is i32. */
export function argmin(x: usize, y: usize, outer: i32, count: i32, inner: i32, part: i32, parts: i32): void {
  arg<Smallest>(x, y, outer, count, inner, part, parts);
}

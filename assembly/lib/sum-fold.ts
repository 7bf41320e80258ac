/**
 * @file Reductions other than sums (maximum, minimum, product): x [outer, count, inner] along its middle axis. An op is a
 * class with `identity(): f32`, inline `f(a, b: v128): v128` and `losesNaN(): bool`. Where that is true NaNs are watched for
 * on the side, which is far cheaper than the f32x4.max and f32x4.min that propagate them. The order depends on the shape
 * alone.
 */
import { grainFor, loadColumns, storeColumns } from './sum-lanes';
import { rangeStart } from './parallel';

// @ts-ignore: decorator
@inline
/** All bits set, which is a NaN too, where a lane was or is NaN and the op would lose it. */
function watched<Op>(bad: v128, v: v128): v128 {
  return changetype<Op>(0).losesNaN() ? v128.or(bad, f32x4.ne(v, v)) : bad;
}

/** Of a whole row. */
export function foldRow<Op>(x: usize, n: i32): f32 {
  const op = changetype<Op>(0);
  let a0 = f32x4.splat(op.identity());
  let bad = i32x4.splat(0);
  if (n >= 16) {
    let a1 = a0, a2 = a0, a3 = a0;
    do {
      const v0 = v128.load(x);
      const v1 = v128.load(x, 16);
      const v2 = v128.load(x, 32);
      const v3 = v128.load(x, 48);
      a0 = op.f(a0, v0);
      a1 = op.f(a1, v1);
      a2 = op.f(a2, v2);
      a3 = op.f(a3, v3);
      bad = watched<Op>(watched<Op>(watched<Op>(watched<Op>(bad, v0), v1), v2), v3);
      x += 64;
      n -= 16;
    } while (n >= 16);
    a0 = op.f(op.f(a0, a1), op.f(a2, a3));
  }
  for (; n >= 4; n -= 4) {
    const v = v128.load(x);
    a0 = op.f(a0, v);
    bad = watched<Op>(bad, v);
    x += 16;
  }
  a0 = op.f(a0, v128.shuffle<i32>(a0, a0, 2, 3, 0, 1));
  a0 = op.f(a0, v128.shuffle<i32>(a0, a0, 1, 0, 3, 2));
  for (; n > 0; n--) {
    const v = v128.load_splat<f32>(x);
    a0 = op.f(a0, v);
    bad = watched<Op>(bad, v);
    x += 4;
  }
  return op.losesNaN() && v128.any_true(bad) ? NaN : f32x4.extract_lane(a0, 0);
}

function strip16<Op>(x: usize, stride: usize, rows: i32, y: usize): void {
  const op = changetype<Op>(0);
  let a0 = f32x4.splat(op.identity());
  let a1 = a0, a2 = a0, a3 = a0;
  let n0 = i32x4.splat(0);
  let n1 = n0, n2 = n0, n3 = n0;
  if (rows > 0) {
    do {
      const v0 = v128.load(x);
      const v1 = v128.load(x, 16);
      const v2 = v128.load(x, 32);
      const v3 = v128.load(x, 48);
      a0 = op.f(a0, v0);
      a1 = op.f(a1, v1);
      a2 = op.f(a2, v2);
      a3 = op.f(a3, v3);
      n0 = watched<Op>(n0, v0);
      n1 = watched<Op>(n1, v1);
      n2 = watched<Op>(n2, v2);
      n3 = watched<Op>(n3, v3);
      x += stride;
    } while (--rows > 0);
  }
  v128.store(y, v128.or(a0, n0));
  v128.store(y, v128.or(a1, n1), 16);
  v128.store(y, v128.or(a2, n2), 32);
  v128.store(y, v128.or(a3, n3), 48);
}

function strip4<Op>(x: usize, stride: usize, rows: i32, y: usize, width: i32, limit: usize): void {
  const op = changetype<Op>(0);
  let a = f32x4.splat(op.identity());
  let bad = i32x4.splat(0);
  for (; rows > 0; rows--) {
    const v = loadColumns(x, width, limit);
    a = op.f(a, v);
    bad = watched<Op>(bad, v);
    x += stride;
  }
  storeColumns(y, v128.or(a, bad), width);
}

/** y[o, i] = the fold over c of x[o, c, i], for this thread's share of y. */
export function fold<Op>(x: usize, y: usize, outer: i32, count: i32, inner: i32, part: i32, parts: i32): void {
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
      store<f32>(y, foldRow<Op>(x, count));
      x += slab;
      y += 4;
    }
    return;
  }
  const limit = x + slab * <usize>outer;
  for (let at = start; at < end; ) {
    const o = at / inner;
    const i = at - o * inner;
    let width = inner - i < end - at ? inner - i : end - at;
    let p = x + <usize>o * slab + ((<usize>i) << 2);
    at += width;
    for (; width >= 16; width -= 16) {
      strip16<Op>(p, stride, count, y);
      p += 64;
      y += 64;
    }
    for (; width > 0; width -= 4) {
      const lanes = width < 4 ? width : 4;
      strip4<Op>(p, stride, count, y, lanes, limit);
      p += 16;
      y += (<usize>lanes) << 2;
    }
  }
}

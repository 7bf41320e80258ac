/**
 * @file Helpers of the sums: vectors that hold one to four columns at the right edge of a matrix, and what happens to a
 * vector at the end of a block. A partial vector runs the same code as a full one and its unused lanes are never stored,
 * so a column has the same bits wherever it lies.
 */

// @ts-ignore: decorator
@inline
/** Lanes 0 to `width` − 1 from p; the others hold anything. Nothing at or past `limit`, the end of the matrix, is read. */
export function loadColumns(p: usize, width: i32, limit: usize): v128 {
  return p + 16 <= limit ? v128.load(p) : loadEdge(p, width);
}

/** As loadColumns where a whole vector would cross the end; the other lanes are 0. */
function loadEdge(p: usize, width: i32): v128 {
  if (width == 1) return v128.load32_zero(p);
  const pair = v128.load64_zero(p);
  return width == 2 ? pair : v128.load_lane<f32>(p + 8, pair, 2);
}

// @ts-ignore: decorator
@inline
/** Stores lanes 0 to `width` − 1, width 1 to 4. */
export function storeColumns(p: usize, v: v128, width: i32): void {
  if (width == 4) v128.store(p, v);
  else storeEdge(p, v, width);
}

function storeEdge(p: usize, v: v128, width: i32): void {
  if (width == 1) {
    v128.store_lane<f32>(p, v, 0);
  } else {
    v128.store64_lane(p, v, 0);
    if (width == 3) v128.store_lane<f32>(p + 8, v, 2);
  }
}

// @ts-ignore: decorator
@inline
/** All bits set in lanes 0 to `width` − 1. */
export function laneMask(width: i32): v128 {
  return i32x4.gt_s(i32x4.splat(width), i32x4(0, 1, 2, 3));
}

// @ts-ignore: decorator
@inline
/** (0 + 2) + (1 + 3). */
export function laneSum(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

// @ts-ignore: decorator
@inline
/** Lanes 0 and 1 in double precision. */
export function lowHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

// @ts-ignore: decorator
@inline
/** Lanes 2 and 3 in double precision. */
export function highHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3));
}

// @ts-ignore: decorator
@inline
/** The four double-precision totals times `factor`, rounded to single precision. */
export function scaledTotals(low: v128, high: v128, factor: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(f64x2.mul(low, factor)), f32x4.demote_f64x2_zero(f64x2.mul(high, factor)), 0, 2);
}

// @ts-ignore: decorator
@inline
/** Grain of shares of `n` outputs: a cache line of f32 when there are plenty, fewer when threads would stay idle. */
export function grainFor(n: i32, parts: i32): i32 {
  return n >= 32 * parts ? 16 : n >= 8 * parts ? 4 : 1;
}

/** @file Whole and partial vectors at the edge of a matrix: nothing outside the matrix is read or written. */

// @ts-ignore: decorator
@inline
/** Reads `count` floats, 1…4, and zeros for the lanes after them. */
export function loadSome(p: usize, count: i32): v128 {
  if (count >= 4) return v128.load(p);
  let v = v128.load32_zero(p);
  if (count > 1) v = v128.load32_lane(p + 4, v, 1);
  if (count > 2) v = v128.load32_lane(p + 8, v, 2);
  return v;
}

// @ts-ignore: decorator
@inline
/** Writes the first `count` lanes, 1…4. */
export function storeSome(p: usize, v: v128, count: i32): void {
  if (count >= 4) v128.store(p, v);
  else {
    v128.store32_lane(p, v, 0);
    if (count > 1) v128.store32_lane(p + 4, v, 1);
    if (count > 2) v128.store32_lane(p + 8, v, 2);
  }
}

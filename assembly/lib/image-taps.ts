/**
 * @file Where a coordinate falls among the pixels of an axis: between two neighbours, one of which may lie beyond the edge. An axis
 * goes on there as one of the FILL modes says, which decides for each neighbour what pixel stands in for it.
 */

/** d c b a | a b c d | d c b a */
export const REFLECT: i32 = 0;
/** a b c d | a b c d | a b c d */
export const WRAP: i32 = 1;
/** a a a a | a b c d | d d d d */
export const NEAREST: i32 = 2;
/** One value all around. */
export const CONSTANT: i32 = 3;

// @ts-ignore: decorator
@inline
/** `c` within one period of c − period·k, k whole; 0 where that is no number. */
function reduce(c: f64, period: f64): f64 {
  const reduced = c - period * floor(c / period);
  return reduced < period ? reduced : 0;
}

// @ts-ignore: decorator
@inline
/** A coordinate brought to where its neighbours are few, with the same result. */
export function settle(c: f64, size: i32, fill: i32): f64 {
  if (fill == REFLECT) return reduce(c, <f64>(size << 1));
  if (fill == WRAP) return reduce(c, <f64>size);
  return fill == NEAREST ? min(max(c, 0), <f64>(size - 1)) : c;
}

// @ts-ignore: decorator
@inline
/** The nearest whole number, halves away from zero. */
export function nearestTo(c: f64): f64 {
  return trunc(c + copysign<f64>(0.5, c));
}

// @ts-ignore: decorator
@inline
/** The pixel that stands in for the whole coordinate `i` of a settled place or its right neighbour; −1 for the fill value. */
export function pixelAt(i: i32, size: i32, fill: i32): i32 {
  if (fill == CONSTANT) return <u32>i < <u32>size ? i : -1;
  if (fill == NEAREST) return min(i, size - 1);
  const period = fill == REFLECT ? size << 1 : size;
  if (i >= period) i -= period;
  return i < size ? i : (size << 1) - 1 - i;
}

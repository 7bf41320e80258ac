/**
 * @file How threads share work: every kernel asks for its contiguous share of the OUTPUT, so that the bits of a result
 * never depend on how many threads there are.
 */

// @ts-ignore: decorator
@inline
/** First element of the share of thread `part`, a multiple of `grain`; the share ends at rangeStart(n, part + 1, parts, grain). */
export function rangeStart(n: i32, part: i32, parts: i32, grain: i32): i32 {
  if (part <= 0) return 0;
  if (part >= parts) return n;
  const blocks = (n + grain - 1) / grain;
  const start = <i32>((<i64>blocks * part) / parts) * grain;
  return start < n ? start : n;
}

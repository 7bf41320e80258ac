/**
 * @file The memory plan: every buffer gets an address for the whole program, and buffers that are never alive together share bytes.
 * Placement is greedy, largest first, each at the lowest offset free during its life (as in TensorFlow Lite's arena planner).
 */

/** A buffer and the steps, first and last included, during which its bytes must stay its own. */
export interface Interval {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Offsets of buffers in one arena. */
export interface Plan {
  /** Offset of each interval, in the order given. */
  readonly offsets: readonly number[];
  /** Bytes of the whole arena. */
  readonly total: number;
}

const alignment = 64;

/** Places `intervals` so that no two that overlap in time overlap in memory. */
export function planMemory(intervals: readonly Interval[]): Plan {
  const size = (interval: Interval): number => Math.ceil(interval.bytes / alignment) * alignment;
  const order = intervals.map((_, i) => i).sort((a, b) => intervals[b]!.bytes - intervals[a]!.bytes || a - b);
  const offsets = new Array<number>(intervals.length).fill(0);
  const placed: number[] = [];
  let total = 0;
  for (const i of order) {
    const interval = intervals[i]!;
    const neighbours = placed
      .filter((j) => intervals[j]!.first <= interval.last && interval.first <= intervals[j]!.last)
      .sort((a, b) => offsets[a]! - offsets[b]!);
    let offset = 0;
    for (const j of neighbours) {
      if (offset + size(interval) <= offsets[j]!) break;
      offset = Math.max(offset, offsets[j]! + size(intervals[j]!));
    }
    offsets[i] = offset;
    total = Math.max(total, offset + size(interval));
    placed.push(i);
  }
  return { offsets, total };
}

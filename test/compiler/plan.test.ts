import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Interval, planMemory } from '../../src/compiler/plan.ts';

/** The invariant of every plan: buffers alive at the same time share no byte, each lies in the arena on a 64-byte boundary. */
function check(intervals: readonly Interval[]): number {
  const { offsets, total } = planMemory(intervals);
  intervals.forEach((a, i) => {
    expect(offsets[i]! % 64).toBe(0);
    expect(offsets[i]! + a.bytes).toBeLessThanOrEqual(total);
    intervals.forEach((b, j) => {
      const together = i < j && a.first <= b.last && b.first <= a.last;
      if (together) expect(offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!).toBe(true);
    });
  });
  return total;
}

test('a chain of buffers alternates between two places', () => {
  const chain = Array.from({ length: 10 }, (_, i) => ({ bytes: 64, first: i, last: i + 1 }));
  expect(check(chain)).toBe(128);
});

test('buffers that live to the end get a place each', () => {
  expect(check([0, 1, 2].map((first) => ({ bytes: 100, first, last: 9 })))).toBe(3 * 128);
});

test('a small buffer fits beside a large one that died', () => {
  expect(
    check([
      { bytes: 1024, first: 0, last: 1 },
      { bytes: 512, first: 2, last: 3 },
      { bytes: 512, first: 2, last: 4 },
    ]),
  ).toBe(1024);
});

test('any schedule: what lives together lies apart', () => {
  const interval = fc
    .record({
      bytes: fc.integer({ min: 1, max: 5000 }),
      first: fc.integer({ min: 0, max: 20 }),
      length: fc.integer({ min: 0, max: 8 }),
    })
    .map(({ bytes, first, length }) => ({ bytes, first, last: first + length }));
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 25 }), (intervals) => {
      check(intervals);
    }),
    { seed: 1 },
  );
});

/** @file The allocator against a model: whatever is allocated and freed, blocks never overlap and nothing is lost. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Allocator, UNIT } from '../../src/engine/allocator.ts';

const END = 1 << 20;

type Action =
  | { readonly kind: 'allocate'; readonly bytes: number }
  | { readonly kind: 'free'; readonly pick: number }
  | { readonly kind: 'extend' };

const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('allocate' as const), bytes: fc.oneof(fc.nat(200), fc.nat(40_000)) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('free' as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('extend' as const) }) },
  ),
  { maxLength: 200 },
);

describe('allocator', () => {
  test('hands out aligned blocks that never overlap, and merges everything again', () => {
    fc.assert(
      fc.property(actions, (list) => {
        let end = END;
        const allocator = new Allocator(100, end);
        const live = new Map<number, number>();
        for (const action of list) {
          if (action.kind === 'extend') {
            end += 65536;
            allocator.extend(end);
          } else if (action.kind === 'allocate') {
            const address = allocator.allocate(action.bytes, 'x');
            if (address === undefined) expect(allocator.largest).toBeLessThan(Math.ceil(Math.max(1, action.bytes) / UNIT) * UNIT);
            else {
              expect(address % UNIT).toBe(0);
              expect(address).toBeGreaterThanOrEqual(100);
              expect(address + action.bytes).toBeLessThanOrEqual(end);
              for (const [other, bytes] of live) {
                expect(address >= other + Math.max(1, bytes) || other >= address + Math.max(1, action.bytes)).toBe(true);
              }
              live.set(address, action.bytes);
            }
          } else if (live.size) {
            const address = [...live.keys()][action.pick % live.size]!;
            allocator.free(address);
            live.delete(address);
          }
          allocator.verify();
        }
        for (const address of live.keys()) allocator.free(address);
        allocator.verify();
        expect(allocator.used).toBe(0);
        expect(allocator.largest).toBe(Math.floor(end / UNIT) * UNIT - allocator.base);
      }),
      { numRuns: 100 },
    );
  });

  test('finds a block of exactly the size that is asked for, however large', () => {
    for (const bytes of [1, 64, 960, 1024, 1088, 65 * 64, 100_000, 64 * 12345, END - 128]) {
      const allocator = new Allocator(128, 128 + Math.ceil(bytes / UNIT) * UNIT);
      expect(allocator.allocate(bytes, 'all')).toBe(128);
      expect(allocator.allocate(1, 'more')).toBeUndefined();
      allocator.verify();
    }
  });

  test('reuses what was freed before it takes new addresses', () => {
    const allocator = new Allocator(64, END);
    const first = allocator.allocate(4096, 'a')!;
    allocator.allocate(64, 'b');
    allocator.free(first);
    expect(allocator.allocate(4096, 'c')).toBe(first);
  });

  test('refuses to free what is not allocated', () => {
    const allocator = new Allocator(64, END);
    const address = allocator.allocate(64, 'a')!;
    expect(() => allocator.free(address + 64)).toThrow(/internal: free of \d+, which is not allocated/);
    allocator.free(address);
    expect(() => allocator.free(address)).toThrow(/not allocated/);
  });

  test('counts what is in use, and the most there was', () => {
    const allocator = new Allocator(64, END);
    const first = allocator.allocate(100, 'a')!;
    allocator.allocate(1, 'b');
    allocator.free(first);
    expect(allocator.used).toBe(64);
    expect(allocator.peak).toBe(192);
  });
});

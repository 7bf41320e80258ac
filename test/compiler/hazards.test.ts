import { expect, test } from 'vitest';
import { HazardTracker } from '../../src/compiler/hazards.ts';

const bytes = (start: number, end: number, share?: string) => ({ start, end, share });

test('reading what was written needs a barrier', () => {
  const tracker = new HazardTracker();
  tracker.add([], [bytes(0, 64)]);
  expect(tracker.needsBarrier([bytes(32, 40)], [])).toBe(true);
  expect(tracker.needsBarrier([bytes(64, 128)], [bytes(128, 192)])).toBe(false);
});

test('writing over what others may still read or write needs a barrier', () => {
  const tracker = new HazardTracker();
  tracker.add([bytes(0, 64)], [bytes(100, 200)]);
  expect(tracker.needsBarrier([], [bytes(0, 4)])).toBe(true);
  expect(tracker.needsBarrier([], [bytes(199, 300)])).toBe(true);
});

test('two readers do not wait for each other', () => {
  const tracker = new HazardTracker();
  tracker.add([bytes(0, 64)], []);
  expect(tracker.needsBarrier([bytes(0, 64)], [])).toBe(false);
});

test('equal shares of the same elements stay on their thread', () => {
  const tracker = new HazardTracker();
  tracker.add([], [bytes(0, 64, 'elements 16')]);
  expect(tracker.needsBarrier([bytes(0, 64, 'elements 16')], [])).toBe(false);
  expect(tracker.needsBarrier([bytes(0, 64, 'elements 8')], [])).toBe(true);
  expect(tracker.needsBarrier([bytes(0, 64)], [])).toBe(true);
  // The same division of a buffer that begins elsewhere touches other elements.
  expect(tracker.needsBarrier([bytes(32, 96, 'elements 16')], [])).toBe(true);
});

test('a barrier settles everything before it', () => {
  const tracker = new HazardTracker();
  tracker.add([], [bytes(0, 64)]);
  tracker.clear();
  expect(tracker.needsBarrier([bytes(0, 64)], [bytes(0, 64)])).toBe(false);
});

/** @file The random numbers of data against the project's reference of Philox. */

import { expect, test } from 'vitest';
import { RandomStream } from '../../src/data/random-stream.ts';
import { philox } from '../../src/graph/philox.ts';

test('words are those of Philox, counted by block, index and pass', () => {
  const key = [0xdeadbeef, 0x01234567] as const;
  for (const [pass, index] of [
    [0, 0],
    [3, 7],
    [2 ** 33 + 5, 2 ** 32 - 1],
  ] as const) {
    const stream = new RandomStream(key, pass, index);
    for (let block = 0; block < 3; block++) {
      const expected = philox([block, index, pass % 2 ** 32, Math.floor(pass / 2 ** 32)], key);
      expect([stream.word(), stream.word(), stream.word(), stream.word()]).toEqual(expected);
    }
  }
});

test('forks differ from each other and from their source, which they do not move', () => {
  const stream = new RandomStream([1, 2], 0, 0);
  const first = stream.fork(0).word();
  expect(stream.fork(0).word()).toBe(first);
  const words = [first, stream.fork(1).word(), stream.fork(70_000).word(), stream.word(), stream.word()];
  expect(new Set(words).size).toBe(5);
  expect(words[3]).toBe(new RandomStream([1, 2], 0, 0).word());
});

test('below gives every number about as often', () => {
  const stream = new RandomStream([5, 6], 1, 2);
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < 7000; i++) counts[stream.below(7)]!++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  expect(stream.below(1)).toBe(0);
});

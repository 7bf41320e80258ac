import { expect, test } from 'vitest';
import { philox } from '../../src/graph/philox.ts';

/** From the known-answer tests of Random123, the authors' own library: kat_vectors, philox4x32 with 10 rounds. */
test.each([
  { counter: [0, 0, 0, 0], key: [0, 0], words: ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'] },
  { counter: [-1, -1, -1, -1], key: [-1, -1], words: ['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd'] },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: ['d16cfe09', '94fdcceb', '5001e420', '24126ea1'],
  },
])('philox of counter $counter and key $key', ({ counter, key, words }) => {
  expect(philox(counter, key).map((word) => word.toString(16).padStart(8, '0'))).toEqual(words);
});

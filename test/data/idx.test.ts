/** @file IDX files, whole and damaged. */

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gunzip } from '../../src/data/bytes.ts';
import { parseIDX } from '../../src/data/idx.ts';
import { outcome } from './fixtures.ts';

const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8, 7, 255);

const files: [string, number[], string, unknown][] = [
  ['unsigned bytes', [...images], 'uint8', [[[9, 8]], [[7, 255]]]],
  ['signed bytes', [0, 0, 9, 1, 0, 0, 0, 2, 255, 127], 'int32', [-1, 127]],
  ['short integers', [0, 0, 11, 1, 0, 0, 0, 2, 1, 0, 255, 254], 'int32', [256, -2]],
  ['integers', [0, 0, 12, 1, 0, 0, 0, 1, 0, 1, 0, 0], 'int32', [65536]],
  ['floats', [0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0], 'float32', [1.5]],
  ['doubles', [0, 0, 14, 1, 0, 0, 0, 1, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0], 'float32', [-1.5]],
  ['no samples', [0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 5], 'uint8', []],
];

test.each(files)('reads %s', (_, bytes, dtype, expected) => {
  const result = parseIDX(Uint8Array.from(bytes));
  expect([result.dtype, result.toArray()]).toEqual([dtype, expected]);
});

test('does not share memory with the bytes', () => {
  const bytes = images.slice();
  const result = parseIDX(bytes.buffer);
  bytes[16] = 0;
  expect(result.data[0]).toBe(9);
});

const refusals: [string, Uint8Array, RegExp][] = [
  [
    'other files',
    Uint8Array.of(1, 2, 3, 4),
    /\[parseIDX\] expected the bytes 0 0 and an element type at the start, got \[1, 2, 3, 4\]/,
  ],
  ['packed files', gzipSync(images), /Hint: the bytes are packed: unpack them by gunzip/],
  ['too many bytes', Uint8Array.of(...images, 0), /expected 20 bytes for shape \[2, 1, 2\], got 21/],
  [
    'sizes whose product overflows',
    Uint8Array.of(0, 0, 8, 4, ...new Array(16).fill(255)),
    /expected 0 bytes of data to hold shape/,
  ],
  ['nothing', new Uint8Array(0), /at least 4 bytes, got 0/],
];

test.each(refusals)('refuses %s', (_, bytes, text) => expect(() => parseIDX(bytes)).toThrow(text));

test('cut off anywhere, a file is refused; with a byte changed, read or refused', async () => {
  for (let length = 0; length < images.length; length++)
    expect(() => parseIDX(images.slice(0, length))).toThrow(/\[parseIDX\] expected/);
  await fc.assert(
    fc.asyncProperty(fc.nat(images.length - 1), fc.nat(255), async (at, value) => {
      await outcome(() => parseIDX(images.with(at, value)));
    }),
  );
});

test('gunzip unpacks within a limit, leaves other bytes alone, and refuses damaged ones', async () => {
  const packed = gzipSync(new Uint8Array(100_000));
  expect((await gunzip(packed)).length).toBe(100_000);
  expect(await gunzip(images)).toEqual(images);
  await expect(gunzip(packed, 99_999)).rejects.toThrow(
    /\[gunzip\] expected at most 99999 bytes out of \d+ packed ones, got more/,
  );
  await expect(gunzip(packed.subarray(0, 60))).rejects.toThrow(
    /\[gunzip\] expected gzip data that can be unpacked, got .* Hint: the file is cut off or damaged/,
  );
});

/** @file Images: PNG files of every kind written from the specification by another program, PNM and BMP by hand, and damaged ones. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeImage } from '../../src/data/decode-image.ts';
import { bytesOf, fixture, outcome } from './fixtures.ts';

const pngs = fixture<Record<string, { bytes: string; shape: number[]; data: string }>>('png');

test.each(Object.entries(pngs))('reads PNG: %s', async (_, { bytes, shape, data }) => {
  const image = await decodeImage(bytesOf(bytes));
  expect([image.dtype, image.shape]).toEqual(['uint8', shape]);
  expect(image.data).toEqual(bytesOf(data));
});

const text = (value: string, ...rest: number[]): Uint8Array => Uint8Array.of(...new TextEncoder().encode(value), ...rest);
const little = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];

/** A BMP file of 2 × 2 pixels, rows from the bottom up. */
function bmp(bits: number, palette: number[], pixels: number[], height = 2): Uint8Array {
  const start = 54 + palette.length;
  const header = [
    ...little(40),
    ...little(2),
    ...little(height),
    1,
    0,
    bits,
    0,
    ...little(0),
    ...little(0),
    ...little(0),
    ...little(0),
    ...little(palette.length / 4),
    ...little(0),
  ];
  return Uint8Array.of(
    0x42,
    0x4d,
    ...little(start + pixels.length),
    ...little(0),
    ...little(start),
    ...header,
    ...palette,
    ...pixels,
  );
}

const others: [string, Uint8Array, unknown][] = [
  ['PGM', text('P5\n# note\n2 1\n255\n', 7, 9), [[[7], [9]]]],
  ['PPM', text('P6 1 1 255\n', 1, 2, 3), [[[1, 2, 3]]]],
  ['PGM of 16 bits', text('P5 1 2 65535\n', 255, 255, 128, 0), [[[255]], [[128]]]],
  ['PGM of few values', text('P5 3 1 2\n', 0, 1, 2), [[[0], [128], [255]]]],
  ['PGM in text', text('P2 2 1 15 0 15'), [[[0], [255]]]],
  ['PPM in text', text('P3\n1 1\n255\n10 20 30\n'), [[[10, 20, 30]]]],
  [
    'BMP of 24 bits',
    bmp(24, [], [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]),
    [
      [
        [9, 8, 7],
        [12, 11, 10],
      ],
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
    ],
  ],
  [
    'BMP of 32 bits from the top',
    bmp(32, [], [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 0], -2),
    [
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
      [
        [9, 8, 7],
        [12, 11, 10],
      ],
    ],
  ],
  [
    'BMP with a palette',
    bmp(8, [1, 2, 3, 0, 4, 5, 6, 0], [0, 1, 0, 0, 1, 1, 0, 0]),
    [
      [
        [6, 5, 4],
        [6, 5, 4],
      ],
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
    ],
  ],
];

test.each(others)('reads %s', async (_, bytes, expected) => expect((await decodeImage(bytes)).toArray()).toEqual(expected));

test('brings images to channels and sizes', async () => {
  const color = text('P6 2 1 255\n', 255, 0, 0, 10, 20, 30);
  expect((await decodeImage(color, { channels: 1 })).toArray()).toEqual([[[76], [18]]]);
  expect((await decodeImage(color, { channels: 4 })).toArray()).toEqual([
    [
      [255, 0, 0, 255],
      [10, 20, 30, 255],
    ],
  ]);
  expect((await decodeImage(text('P5 1 1 255\n', 9), { channels: 3 })).toArray()).toEqual([[[9, 9, 9]]]);
  const ramp = text('P5 4 1 255\n', 0, 40, 80, 120);
  expect((await decodeImage(ramp, { size: [1, 2] })).toArray()).toEqual([[[20], [100]]]);
  expect((await decodeImage(ramp, { size: [2, 8] })).data.slice(0, 8)).toEqual(Uint8Array.of(0, 10, 30, 50, 70, 90, 110, 120));
});

const color = bytesOf(pngs['colour 2 depth 8']!.bytes);
const refusals: [string, Uint8Array, RegExp][] = [
  [
    'what is no image',
    text('hello'),
    /\[decodeImage\] expected an image: PNG, JPEG, PGM, PPM or BMP, got \[104, 101, 108, 108, …\]/,
  ],
  [
    'a JPEG without its decoder',
    Uint8Array.of(0xff, 0xd8, 0xff, 0),
    /a JPEG decoder in this host, got none. Hint: install one: npm install jpeg-js/,
  ],
  ['a wrong checksum', color.with(20, 7), /the checksum of PNG chunk "IHDR"/],
  ['a PNG without end', color.slice(0, -12), /the end mark of a PNG file/],
  ['sizes beyond the bytes', text('P5 60000 60000 255\n', 1), /1 bytes of data to hold shape \[60000, 60000, 1\]/],
  ['a packed BMP', bmp(4, [], []), /a BMP file of 8, 24 or 32 bits that is not packed, got 4 bits/],
  ['nothing', new Uint8Array(0), /expected an image/],
];

test.each(refusals)('refuses %s', async (_, bytes, message) => {
  await expect(decodeImage(bytes)).rejects.toThrow(message);
});

test('a PNG that claims to be huge is refused before room is made for it', async () => {
  const bytes = color.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(16, 2 ** 30);
  view.setUint32(20, 2 ** 30);
  const { crc32 } = await import('../../src/data/crc32.ts');
  view.setUint32(29, crc32(bytes.subarray(12, 29)));
  await expect(decodeImage(bytes)).rejects.toThrow(
    /expected at most \d+ bytes out of \d+ packed ones, got 3458764514894249984|got 345876/,
  );
});

test('options are checked', async () => {
  await expect(decodeImage(color, { channels: 2 as never })).rejects.toThrow(/`channels` to be 1, 3 or 4/);
  await expect(decodeImage(color, { size: [0, 2] })).rejects.toThrow(/`size` to be an integer >= 1/);
});

test('cut off anywhere or with any byte changed, images are read or refused', async () => {
  const files = [
    color,
    bytesOf(pngs['interlaced bits']!.bytes),
    bytesOf(pngs['palette with transparency']!.bytes),
    ...others.map(([, bytes]) => bytes),
  ];
  await fc.assert(
    fc.asyncProperty(fc.nat(files.length - 1), fc.nat(), fc.nat(255), async (which, place, value) => {
      const bytes = files[which]!;
      const at = place % bytes.length;
      await outcome(() => decodeImage(bytes.slice(0, at)));
      await outcome(() => decodeImage(bytes.with(at, value)));
    }),
    { numRuns: 300 },
  );
});

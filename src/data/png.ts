/** @file PNG: all colour types and depths, interlaced or not, checked by their checksums. Samples of 16 bits are cut to their upper 8. */

import { describe, fail } from '../base/fail.ts';
import { Tensor } from '../base/tensor.ts';
import { checkClaim, joined, latin1Text, unpack, viewOf } from './bytes.ts';
import { crc32 } from './crc32.ts';

const where = 'decodeImage';
const damaged = 'the file is cut off or damaged.';

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  /** Samples of a pixel in the file. */
  readonly samples: number;
  readonly isInterlaced: boolean;
}

interface Chunks {
  readonly header: Header;
  readonly palette: Uint8Array;
  readonly transparency: Uint8Array | undefined;
  readonly data: Uint8Array;
}

const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Whether bytes are those of a PNG file. */
export function isPNG(bytes: Uint8Array): boolean {
  return latin1Text(bytes.subarray(0, 8)) === '\x89PNG\r\n\x1a\n';
}

function parseHeader(body: Uint8Array): Header {
  if (body.length !== 13) fail(where, '13 bytes of PNG header', `${body.length}`, damaged);
  const view = viewOf(body);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, color = 0, compression, filter, interlace = 0] = body.subarray(8);
  const samples = samplesOf[color];
  if (width === 0 || height === 0 || width > 2 ** 31 - 1 || height > 2 ** 31 - 1 || !samples || !depthsOf[color]!.includes(depth))
    fail(where, 'a PNG header', `${width} × ${height}, colour type ${color}, depth ${depth}`, damaged);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    fail(where, 'a PNG header', `compression ${compression}, filter ${filter}, interlace ${interlace}`, damaged);
  return { width, height, depth, color, samples, isInterlaced: interlace === 1 };
}

function readChunks(bytes: Uint8Array): Chunks {
  const view = viewOf(bytes);
  let header: Header | undefined;
  let palette: Uint8Array = new Uint8Array(0);
  let transparency: Uint8Array | undefined;
  const data: Uint8Array[] = [];
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) fail(where, 'the end mark of a PNG file', 'the end of the bytes', damaged);
    const length = view.getUint32(at);
    const next = at + 12 + length;
    if (next > bytes.length) fail(where, `${length} bytes of a PNG chunk`, `${bytes.length - at - 12}`, damaged);
    const type = latin1Text(bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, next - 4)) !== view.getUint32(next - 4))
      fail(where, `the checksum of PNG chunk ${describe(type)}`, 'another one', damaged);
    const body = bytes.subarray(at + 8, next - 4);
    if (!header && type !== 'IHDR') fail(where, 'a PNG header first', describe(type), damaged);
    if (type === 'IHDR') header = parseHeader(body);
    else if (type === 'PLTE') palette = body;
    else if (type === 'tRNS') transparency = body;
    else if (type === 'IDAT') data.push(body);
    else if (type === 'IEND') return { header: header!, palette, transparency, data: joined(data) };
    at = next;
  }
}

/** A part of the pixels that is stored like an image of its own. */
interface Grid {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly down: number;
  readonly width: number;
  readonly height: number;
}

/** The whole image, or the seven grids of Adam's scheme. */
function gridsOf({ width, height, isInterlaced }: Header): Grid[] {
  const steps = isInterlaced
    ? [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ]
    : [[0, 0, 1, 1]];
  return (steps as [number, number, number, number][])
    .map(([left, top, right, down]) => {
      const [columns, rows] = [Math.ceil((width - left) / right), Math.ceil((height - top) / down)];
      return { left, top, right, down, width: Math.max(0, columns), height: Math.max(0, rows) };
    })
    .filter((grid) => grid.width > 0 && grid.height > 0);
}

/** Undoes the filter of every row in place. Rows begin with the number of their filter. */
function unfilter(data: Uint8Array, start: number, rows: number, rowBytes: number, pixelBytes: number): void {
  for (let row = 0; row < rows; row++) {
    const at = start + row * (rowBytes + 1) + 1;
    const filter = data[at - 1]!;
    if (filter > 4) fail(where, 'a PNG filter from 0 to 4', `${filter}`, damaged);
    if (filter === 0) continue;
    const above = at - rowBytes - 1;
    for (let i = 0; i < rowBytes; i++) {
      const a = i >= pixelBytes ? data[at + i - pixelBytes]! : 0;
      const b = row > 0 ? data[above + i]! : 0;
      const c = i >= pixelBytes && row > 0 ? data[above + i - pixelBytes]! : 0;
      let guess = filter === 1 ? a : filter === 2 ? b : (a + b) >> 1;
      if (filter === 4) {
        const p = a + b - c;
        const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
        guess = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      }
      data[at + i] = data[at + i]! + guess;
    }
  }
}

/** Gives the samples of a pixel to the image, with colours of the palette and transparency worked out. */
function pixelWriter(
  { header, palette, transparency }: Chunks,
  image: Uint8Array,
  channels: number,
): (pixel: number, values: ArrayLike<number>) => void {
  const { depth, color, samples } = header;
  if (color === 3) {
    return (pixel, values) => {
      const entry = values[0]!;
      if (3 * entry + 3 > palette.length)
        fail(where, `colours of the palette, ${Math.floor(palette.length / 3)}`, `number ${entry}`, damaged);
      image.set(palette.subarray(3 * entry, 3 * entry + 3), pixel * channels);
      if (channels === 4) image[pixel * 4 + 3] = transparency![entry] ?? 255;
    };
  }
  // Depths below 8 are stretched to 0 … 255; of 16 bits, the upper 8 are kept.
  const scale = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const isKey = (values: ArrayLike<number>): boolean => {
    for (let s = 0; s < samples; s++) if (values[s] !== transparency![2 * s]! * 256 + transparency![2 * s + 1]!) return false;
    return true;
  };
  return (pixel, values) => {
    for (let s = 0; s < samples; s++) image[pixel * channels + s] = depth === 16 ? values[s]! >> 8 : values[s]! * scale;
    if (channels > samples) image[pixel * channels + samples] = isKey(values) ? 0 : 255;
  };
}

/** The image in a PNG file. Shape: [height, width, channels], 1 to 4 of them. */
export async function decodePNG(bytes: Uint8Array): Promise<Tensor> {
  const chunks = readChunks(bytes);
  const { header, transparency } = chunks;
  const { width, height, depth, color, samples } = header;
  const needed = color === 0 || color === 2 ? 2 * samples : 0;
  if (transparency && transparency.length < needed)
    fail(where, `${needed} bytes of transparent colour`, `${transparency.length}`, damaged);
  const hasKey = transparency !== undefined && color !== 4 && color !== 6;
  const channels = (color === 3 ? 3 : samples) + (hasKey ? 1 : 0);

  const rowBytesOf = (grid: Grid): number => Math.ceil((grid.width * samples * depth) / 8);
  const grids = gridsOf(header);
  const size = grids.reduce((total, grid) => total + grid.height * (rowBytesOf(grid) + 1), 0);
  checkClaim(where, chunks.data.length, size);
  const data = await unpack(where, chunks.data, 'deflate', size);
  if (data.length !== size) fail(where, `${size} bytes of pixels`, `${data.length}`, damaged);

  const image = new Uint8Array(width * height * channels);
  const write = pixelWriter(chunks, image, channels);
  const values = new Uint16Array(samples);
  let start = 0;
  for (const grid of grids) {
    const rowBytes = rowBytesOf(grid);
    unfilter(data, start, grid.height, rowBytes, Math.max(1, (samples * depth) / 8));
    for (let y = 0; y < grid.height; y++) {
      const row = start + y * (rowBytes + 1) + 1;
      for (let x = 0; x < grid.width; x++) {
        for (let s = 0; s < samples; s++) values[s] = sampleAt(data, row, x * samples + s, depth);
        write((grid.top + y * grid.down) * width + grid.left + x * grid.right, values);
      }
    }
    start += grid.height * (rowBytes + 1);
  }
  return new Tensor(image, [height, width, channels]);
}

function sampleAt(data: Uint8Array, row: number, index: number, depth: number): number {
  if (depth === 8) return data[row + index]!;
  if (depth === 16) return data[row + 2 * index]! * 256 + data[row + 2 * index + 1]!;
  const bit = index * depth;
  return (data[row + (bit >> 3)]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

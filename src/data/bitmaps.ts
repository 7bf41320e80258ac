/** @file Images that are not packed: PGM and PPM (binary and text), and BMP of 8, 24 and 32 bits. */

import { fail } from '../base/fail.ts';
import { Tensor } from '../base/tensor.ts';
import { claimedSize, latin1Text, viewOf } from './bytes.ts';

const where = 'decodeImage';
const damaged = 'the file is cut off or damaged.';

/** Whether bytes are those of a PGM or PPM file. */
export function isNetpbm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && [0x32, 0x33, 0x35, 0x36].includes(bytes[1]!);
}

/** The image in a PGM or PPM file, its values brought to 0 … 255. Shape: [height, width, 1 or 3]. */
export function decodeNetpbm(bytes: Uint8Array): Tensor {
  const kind = bytes[1]! - 0x30;
  const isText = kind < 4;
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  let at = 2;
  const isSpace = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13);
  const number = (): number => {
    while (isSpace(bytes[at]) || bytes[at] === 0x23) {
      // From a # on, the line is a comment.
      if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++;
      else at++;
    }
    const start = at;
    while (bytes[at]! >= 0x30 && bytes[at]! <= 0x39 && at - start < 10) at++;
    return at > start
      ? Number(latin1Text(bytes.subarray(start, at)))
      : fail(where, `a number at byte ${start} of a PNM file`, 'none', damaged);
  };
  const [width, height, most] = [number(), number(), number()];
  if (width < 1 || height < 1 || most < 1 || most > 65535)
    fail(where, 'a PNM header', `${width} × ${height}, values to ${most}`, damaged);
  at++;
  const sampleBytes = most > 255 ? 2 : 1;
  // A number in text takes a digit and a space, the last one a digit.
  const size = claimedSize(where, [height, width, channels], isText ? 2 : sampleBytes, bytes.length - at + (isText ? 1 : 0));
  const data = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const place = at + i * sampleBytes;
    const value = isText ? number() : sampleBytes === 1 ? bytes[place]! : bytes[place]! * 256 + bytes[place + 1]!;
    if (value > most) fail(where, `values up to ${most}`, `${value}`, damaged);
    data[i] = most === 255 ? value : Math.floor((value * 255) / most + 0.5);
  }
  return new Tensor(data, [height, width, channels]);
}

/** Whether bytes are those of a BMP file. */
export function isBMP(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/** The image in a BMP file that is not packed. Shape: [height, width, 3]. */
export function decodeBMP(bytes: Uint8Array): Tensor {
  if (bytes.length < 54) fail(where, 'at least 54 bytes of BMP header', `${bytes.length}`, damaged);
  const view = viewOf(bytes);
  const [start, header] = [view.getUint32(10, true), view.getUint32(14, true)];
  const [width, rows] = [view.getInt32(18, true), view.getInt32(22, true)];
  const [bits, packing, used] = [view.getUint16(28, true), view.getUint32(30, true), view.getUint32(46, true)];
  const height = Math.abs(rows);
  // BITFIELDS of 32 bits are, in practice, the plain order of blue, green, red, alpha.
  const isKnown = [8, 24, 32].includes(bits) && (packing === 0 || (packing === 3 && bits === 32)) && header >= 40;
  if (!isKnown)
    fail(where, 'a BMP file of 8, 24 or 32 bits that is not packed', `${bits} bits, packing ${packing}`, 'save it as PNG.');
  if (width < 1 || height < 1) fail(where, 'a BMP header', `${width} × ${height}`, damaged);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  claimedSize(where, [height, rowBytes], 1, bytes.length - start);
  const palette = 14 + header;
  const colors = bits === 8 ? used || 256 : 0;
  if (colors > 256 || palette + 4 * colors > start) fail(where, 'a palette before the pixels', `${colors} colours`, damaged);
  const data = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    // Rows go from the bottom up, unless the height is negative.
    const row = start + (rows > 0 ? height - 1 - y : y) * rowBytes;
    for (let x = 0; x < width; x++) {
      const index = bits === 8 ? bytes[row + x]! : 0;
      if (bits === 8 && index >= colors) fail(where, `${colors} colours`, `number ${index}`, damaged);
      const from = bits === 8 ? palette + 4 * index : row + (x * bits) / 8;
      const to = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel++) data[to + channel] = bytes[from + 2 - channel]!;
    }
  }
  return new Tensor(data, [height, width, 3]);
}

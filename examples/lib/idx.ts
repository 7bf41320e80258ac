/** @file Reads IDX files, the format of MNIST and its relatives, gzipped or not. */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Tensor, tensor } from 'myelin';

const unsignedByte = 8;

/** The tensor of unsigned bytes in an IDX file. Throws when the file is something else or is cut off. */
export function readIdx(path: string): Tensor {
  const file = readFileSync(path);
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;
  const rank = bytes[3] ?? 0;
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== unsignedByte || rank === 0)
    throw new Error(`${path} is no IDX file of unsigned bytes.`);
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const start = 4 + 4 * rank;
  if (bytes.length !== start + size) throw new Error(`${path} has ${bytes.length - start} elements, its header says ${size}.`);
  return tensor(new Uint8Array(bytes.subarray(start)), shape);
}

/**
 * @file Element types of safetensors files and what they become here. Float types become float32 (F64 rounded to the nearest, beyond its range
 * to ±Infinity), integers int32, bytes and truth values uint8. Integers that int32 cannot hold are refused: rounding them would be wrong
 * without a word.
 */

import type { DType } from '../base/shape.ts';
import type { TypedArray } from '../base/tensor.ts';

/** How the elements of a file's type are read. */
export interface FileDType {
  /** Bytes of one element. */
  readonly bytes: number;
  /**
   * The elements in an array of ours.
   *
   * @param refuse called with the index of an element that cannot be held, and with what it is
   */
  read(data: ArrayBuffer, refuse: (index: number, value: string) => never): TypedArray;
}

/** What tensors of ours are called in a file. */
export const fileNames: Readonly<Record<DType, string>> = { float32: 'F32', int32: 'I32', uint8: 'U8' };

/** float32 from the bits of a half: 1 sign, 5 exponent, 10 fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  // Powers of two: exact, as the divisions and products are.
  return exponent === 0
    ? (sign * fraction) / 2 ** 24
    : sign * (1024 + fraction) * (exponent >= 25 ? 1 << (exponent - 25) : 1 / (1 << (25 - exponent)));
}

/** Reads whole numbers that may be too large. */
function narrow(values: ArrayLike<number | bigint>, refuse: (index: number, value: string) => never): Int32Array {
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > 0x7fffffff || value < -0x80000000) refuse(i, String(value));
    result[i] = Number(value);
  }
  return result;
}

/** Every type that can be read, by its name in files. */
export const fileDTypes: ReadonlyMap<string, FileDType> = new Map<string, FileDType>([
  ['F32', { bytes: 4, read: (data) => new Float32Array(data) }],
  ['F64', { bytes: 8, read: (data) => Float32Array.from(new Float64Array(data)) }],
  ['F16', { bytes: 2, read: (data) => Float32Array.from(new Uint16Array(data), fromHalf) }],
  // The upper half of a float32.
  ['BF16', { bytes: 2, read: (data) => new Float32Array(Uint32Array.from(new Uint16Array(data), (bits) => bits << 16).buffer) }],
  ['I8', { bytes: 1, read: (data) => Int32Array.from(new Int8Array(data)) }],
  ['I16', { bytes: 2, read: (data) => Int32Array.from(new Int16Array(data)) }],
  ['U16', { bytes: 2, read: (data) => Int32Array.from(new Uint16Array(data)) }],
  ['I32', { bytes: 4, read: (data) => new Int32Array(data) }],
  ['U32', { bytes: 4, read: (data, refuse) => narrow(new Uint32Array(data), refuse) }],
  ['I64', { bytes: 8, read: (data, refuse) => narrow(new BigInt64Array(data), refuse) }],
  ['U64', { bytes: 8, read: (data, refuse) => narrow(new BigUint64Array(data), refuse) }],
  ['U8', { bytes: 1, read: (data) => new Uint8Array(data) }],
  [
    'BOOL',
    {
      bytes: 1,
      read(data, refuse) {
        const values = new Uint8Array(data);
        const wrong = values.findIndex((value) => value > 1);
        return wrong < 0 ? values : refuse(wrong, String(values[wrong]));
      },
    },
  ],
]);

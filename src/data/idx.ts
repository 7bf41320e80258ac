/**
 * @file IDX, the format of MNIST and its kin: bytes 0 0 type rank, a size of four bytes for every axis, then the elements. Numbers of
 * several bytes are big-endian.
 */

import { describe, fail } from '../base/fail.ts';
import { type DType, sizeOf } from '../base/shape.ts';
import { newArray, Tensor } from '../base/tensor.ts';
import { type Bytes, bytesOf, claimedSize, isGzip, viewOf } from './bytes.ts';

interface ElementType {
  readonly bytes: number;
  readonly dtype: DType;
  read(view: DataView, at: number): number;
}

const types: Readonly<Record<number, ElementType>> = {
  8: { bytes: 1, dtype: 'uint8', read: (view, at) => view.getUint8(at) },
  9: { bytes: 1, dtype: 'int32', read: (view, at) => view.getInt8(at) },
  11: { bytes: 2, dtype: 'int32', read: (view, at) => view.getInt16(at) },
  12: { bytes: 4, dtype: 'int32', read: (view, at) => view.getInt32(at) },
  13: { bytes: 4, dtype: 'float32', read: (view, at) => view.getFloat32(at) },
  14: { bytes: 8, dtype: 'float32', read: (view, at) => view.getFloat64(at) },
};

/** What the first bytes of an IDX file say. */
export interface IDXHeader {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Bytes of one element in the file. */
  readonly elementBytes: number;
  /** Where the elements begin. */
  readonly offset: number;
  /** Code of the element type. */
  readonly code: number;
}

/** Bytes of the longest header there can be. */
export const longestIDXHeader = 4 + 4 * 255;

/** Reads the header of an IDX file whose whole length is `fileBytes`. */
export function parseIDXHeader(where: string, bytes: Uint8Array, fileBytes: number): IDXHeader {
  const hint = isGzip(bytes) ? 'the bytes are packed: unpack them by gunzip.' : 'is it an IDX file?';
  if (bytes.length < 4) fail(where, 'at least 4 bytes', `${bytes.length}`, hint);
  const [zero0, zero1, code = 0, rank = 0] = bytes;
  const type = types[code];
  if (zero0 !== 0 || zero1 !== 0 || !type)
    fail(where, 'the bytes 0 0 and an element type at the start', `[${bytes.subarray(0, 4).join(', ')}]`, hint);
  const offset = 4 + 4 * rank;
  if (bytes.length < offset) fail(where, `${offset} bytes of header`, `${bytes.length}`, 'the file is cut off.');
  const view = viewOf(bytes);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = claimedSize(where, shape, type.bytes, fileBytes - offset);
  if (fileBytes !== offset + size * type.bytes)
    fail(where, `${offset + size * type.bytes} bytes for shape ${describe(shape)}`, `${fileBytes}`, 'the file is damaged.');
  return { shape, dtype: type.dtype, elementBytes: type.bytes, offset, code };
}

/**
 * The tensor in an IDX file: uint8 for unsigned bytes, int32 for the other integers, float32 for floats of 4 and 8 bytes.
 *
 * @throws MyelinError when the bytes are not those of a whole IDX file
 */
export function parseIDX(bytes: Bytes): Tensor {
  const where = 'parseIDX';
  const source = bytesOf(where, bytes);
  const { shape, dtype, elementBytes, offset, code } = parseIDXHeader(where, source, source.length);
  if (code === 8) return new Tensor(source.slice(offset), shape);
  const view = viewOf(source);
  const data = newArray(dtype, sizeOf(shape));
  const { read } = types[code]!;
  for (let i = 0; i < data.length; i++) data[i] = read(view, offset + i * elementBytes);
  return new Tensor(data, shape);
}

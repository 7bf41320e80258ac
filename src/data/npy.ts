/** @file NPY, NumPy's format of one array: a magic word, a header that is a Python dictionary, then the elements. */

import { describe, fail } from '../base/fail.ts';
import { type DType, stridesOf } from '../base/shape.ts';
import { newArray, Tensor, type TensorLike, type TypedArray, tensor } from '../base/tensor.ts';
import { type Bytes, bytesOf, claimedSize, joined, latin1, latin1Text, viewOf } from './bytes.ts';
import { parsePythonLiteral } from './python-literal.ts';

interface Element {
  readonly bytes: number;
  readonly dtype: DType;
  read(view: DataView, at: number, isLittle: boolean): number;
}

/** The value of a float of 16 bits. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const elements: Readonly<Record<string, Element>> = {
  b1: { bytes: 1, dtype: 'uint8', read: (view, at) => (view.getUint8(at) ? 1 : 0) },
  u1: { bytes: 1, dtype: 'uint8', read: (view, at) => view.getUint8(at) },
  i1: { bytes: 1, dtype: 'int32', read: (view, at) => view.getInt8(at) },
  u2: { bytes: 2, dtype: 'int32', read: (view, at, little) => view.getUint16(at, little) },
  i2: { bytes: 2, dtype: 'int32', read: (view, at, little) => view.getInt16(at, little) },
  u4: { bytes: 4, dtype: 'int32', read: (view, at, little) => view.getUint32(at, little) },
  i4: { bytes: 4, dtype: 'int32', read: (view, at, little) => view.getInt32(at, little) },
  u8: { bytes: 8, dtype: 'int32', read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i8: { bytes: 8, dtype: 'int32', read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f2: { bytes: 2, dtype: 'float32', read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { bytes: 4, dtype: 'float32', read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, dtype: 'float32', read: (view, at, little) => view.getFloat64(at, little) },
};

interface Header {
  readonly code: string;
  readonly element: Element;
  readonly isLittle: boolean;
  readonly isColumnMajor: boolean;
  readonly shape: readonly number[];
  readonly offset: number;
}

function parseHeader(where: string, bytes: Uint8Array): Header {
  if (latin1Text(bytes.subarray(0, 6)) !== '\x93NUMPY')
    fail(where, 'the bytes of an .npy file', `[${bytes.subarray(0, 6).join(', ')}, …]`);
  if (bytes.length < 12) fail(where, 'a header', `${bytes.length} bytes`, 'the file is cut off.');
  const major = bytes[6]!;
  if (major < 1 || major > 3) fail(where, 'version 1, 2 or 3 of the format', `${major}`);
  const view = viewOf(bytes);
  const start = major === 1 ? 10 : 12;
  const offset = start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (offset > bytes.length) fail(where, `${offset} bytes of header`, `${bytes.length}`, 'the file is cut off.');
  const header = parsePythonLiteral(where, latin1Text(bytes.subarray(start, offset)));
  const get = (name: string): unknown => (header instanceof Map ? header.get(name) : undefined);
  const [type, order, shape] = [get('descr'), get('fortran_order'), get('shape')];
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (typeof order !== 'boolean' || !isShape)
    fail(where, 'fortran_order and shape in the header', latin1Text(bytes.subarray(start, Math.min(offset, start + 80))));
  const element = typeof type === 'string' && /^[<>|=]/.test(type) ? elements[type.slice(1)] : undefined;
  if (!element)
    fail(
      where,
      `elements of type ${Object.keys(elements).join(', ')}`,
      describe(type ?? 'nothing'),
      'convert the array with astype before saving.',
    );
  return {
    code: (type as string).slice(1),
    element,
    isLittle: (type as string)[0] !== '>',
    isColumnMajor: order,
    shape: shape as number[],
    offset,
  };
}

/** Whether this host keeps the low byte first, as all do that matter. */
const isLittleHost = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Elements that lie in the file as they would in memory. */
function copied({ code, isLittle, offset }: Header, bytes: Uint8Array, size: number): TypedArray | undefined {
  if (code === 'u1') return bytes.slice(offset, offset + size);
  if (isLittle !== isLittleHost) return undefined;
  if (code === 'f4') return new Float32Array(bytes.slice(offset, offset + 4 * size).buffer);
  return code === 'i4' ? new Int32Array(bytes.slice(offset, offset + 4 * size).buffer) : undefined;
}

function rowMajor(data: TypedArray, shape: readonly number[], dtype: DType): TypedArray {
  const result = newArray(dtype, data.length);
  // The strides of column-major order are those of the axes backwards.
  const strides = stridesOf([...shape].reverse()).reverse();
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** As {@link parseNPY}; `where` is what errors call it. */
export function parseNPYAs(where: string, bytes: Uint8Array): Tensor {
  const header = parseHeader(where, bytes);
  const { element, isLittle, shape, offset } = header;
  const size = claimedSize(where, shape, element.bytes, bytes.length - offset);
  if (bytes.length !== offset + size * element.bytes)
    fail(where, `${offset + size * element.bytes} bytes for shape ${describe(shape)}`, `${bytes.length}`, 'the file is damaged.');
  let data = copied(header, bytes, size);
  if (!data) {
    data = newArray(element.dtype, size);
    const view = viewOf(bytes);
    for (let i = 0; i < size; i++) {
      const value = element.read(view, offset + i * element.bytes, isLittle);
      if (element.dtype === 'int32' && (value > 2147483647 || value < -2147483648))
        fail(
          where,
          'integers that fit into 32 bits',
          `${value} at element ${i}`,
          "convert the array with astype('float32') before saving.",
        );
      data[i] = value;
    }
  }
  return new Tensor(header.isColumnMajor && shape.length > 1 ? rowMajor(data, shape, element.dtype) : data, shape);
}

/**
 * The tensor in an .npy file. Floats of 2, 4 and 8 bytes become float32; unsigned bytes and booleans uint8; other integers int32.
 *
 * @throws MyelinError when the bytes are not those of a whole file, or hold what is no number: texts, objects, complex numbers
 */
export function parseNPY(bytes: Bytes): Tensor {
  return parseNPYAs('parseNPY', bytesOf('parseNPY', bytes));
}

const descriptions: Readonly<Record<DType, string>> = { float32: '<f4', int32: '<i4', uint8: '|u1' };

/** The bytes of an .npy file that NumPy reads. */
export function writeNPY(value: TensorLike): Uint8Array<ArrayBuffer> {
  const { data, dtype, shape } = tensor(value);
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = latin1(`\x93NUMPY\x01\x00\x00\x00${text.padEnd(length - 11)}\n`);
  viewOf(header).setUint16(8, length - 10, true);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (isLittleHost || dtype === 'uint8') return joined([header, bytes]);
  const swapped = bytes.slice();
  for (let i = 0; i < swapped.length; i += 4) swapped.subarray(i, i + 4).reverse();
  return joined([header, swapped]);
}

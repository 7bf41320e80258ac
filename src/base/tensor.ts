/** @file Tensors: plain values outside the engine — a shape and a typed array, nothing to dispose of. */

import { describe, fail, failShape } from './fail.ts';
import { type DType, formatShape, type Shape, sizeOf } from './shape.ts';

/** Arrays a tensor can hold its elements in. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;

/** Numbers in nested arrays, as deep as the tensor's rank. */
export type NestedArray = number | boolean | readonly NestedArray[] | TypedArray;

const arrayTypes = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array } as const;

/** A zeroed typed array for `length` elements of `dtype`. */
export function newArray(dtype: DType, length: number): TypedArray {
  return new arrayTypes[dtype](length);
}

function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof Int32Array ? 'int32' : 'uint8';
}

/**
 * An array of numbers with a shape. Elements lie in row-major order in `data`; the array is yours to read.
 * Models, ops and datasets take tensors and give tensors back.
 */
export class Tensor {
  /** Dimensions, outermost first; `[]` for a scalar. */
  readonly shape: Shape;
  /** Element type. */
  readonly dtype: DType;
  /** Elements in row-major order. */
  readonly data: TypedArray;

  /** @throws ShapeError when the number of elements does not match the shape */
  constructor(data: TypedArray, shape: Shape) {
    if (!(data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array)) {
      fail(
        'Tensor',
        'a Float32Array, Int32Array or Uint8Array',
        describe(data),
        'tensor() takes nested arrays and other typed arrays.',
      );
    }
    if (!Array.isArray(shape)) fail('Tensor', '`shape` as an array of sizes', describe(shape));
    for (const dimension of shape) {
      if (!Number.isInteger(dimension) || dimension < 0) {
        failShape('Tensor', '`shape` of non-negative integers', describe(shape));
      }
    }
    if (data.length !== sizeOf(shape)) {
      failShape('Tensor', `${sizeOf(shape)} elements for shape ${formatShape(shape)}`, `${data.length} elements`);
    }
    this.shape = [...shape];
    this.data = data;
    this.dtype = dtypeOf(data);
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return this.data.length;
  }

  /** The only element of a tensor of one element. Throws a ShapeError for any other tensor. */
  item(): number {
    if (this.data.length !== 1) failShape('Tensor.item', 'a tensor of one element', `shape ${formatShape(this.shape)}`);
    return this.data[0]!;
  }

  /** Elements as nested JavaScript arrays; a scalar becomes a number. */
  toArray(): NestedArray {
    const nest = (axis: number, start: number, length: number): NestedArray => {
      if (axis === this.shape.length) return this.data[start]!;
      const part = length / this.shape[axis]!;
      return Array.from({ length: this.shape[axis]! }, (_, i) => nest(axis + 1, start + i * part, part));
    };
    return nest(0, 0, this.data.length);
  }

  /** The same elements under another shape; one dimension may be −1 and is worked out. Shares the memory. */
  reshape(shape: Shape): Tensor {
    return new Tensor(this.data, inferShape('Tensor.reshape', this.size, shape));
  }

  /** Rows `start` (inclusive) to `end` (exclusive, default: all) of the first axis. Shares the memory. */
  slice(start: number, end: number = this.shape[0] ?? 0): Tensor {
    if (this.rank === 0) failShape('Tensor.slice', 'a tensor of rank >= 1', 'a scalar');
    const rows = this.shape[0]!;
    const from = Math.min(Math.max(start < 0 ? start + rows : start, 0), rows);
    const to = Math.min(Math.max(end < 0 ? end + rows : end, from), rows);
    const width = rows === 0 ? 0 : this.size / rows;
    return new Tensor(this.data.subarray(from * width, to * width), [to - from, ...this.shape.slice(1)]);
  }

  /** `Tensor float32 [2, 3]`: what a person sees when they print one. */
  toString(): string {
    return `Tensor ${this.dtype} ${formatShape(this.shape)}`;
  }
}

/** `shape` with its one −1, if any, replaced by what `size` elements leave for it. Throws a ShapeError when they do not fit. */
export function inferShape(where: string, size: number, shape: Shape): Shape {
  const unknown = shape.filter((dimension) => dimension === -1).length;
  const known = sizeOf(shape.filter((dimension) => dimension !== -1));
  const result = shape.map((dimension) => (dimension === -1 ? size / known : dimension));
  if (unknown > 1 || result.some((dimension) => !Number.isInteger(dimension) || dimension < 0) || sizeOf(result) !== size) {
    failShape(where, `a shape of ${size} elements with at most one -1`, formatShape(shape));
  }
  return result;
}

/** Whether a part of nested arrays has parts itself. */
function isList(part: unknown): part is readonly NestedArray[] | TypedArray {
  return Array.isArray(part) || ArrayBuffer.isView(part);
}

function elementHint(element: unknown): string | undefined {
  if (element === null || element === undefined) return 'remove or fill missing values first.';
  return element instanceof Tensor ? 'ops.stack makes one tensor of several.' : undefined;
}

/** The shape of nested arrays. Throws a ShapeError with the place where rows differ in length. */
function shapeOfNested(where: string, value: NestedArray): number[] {
  const shape: number[] = [];
  let level: NestedArray | null = value;
  while (isList(level)) {
    shape.push(level.length);
    if (level.length === 0) break;
    level = level[0] as NestedArray;
  }
  const check = (part: NestedArray, depth: number, path: string): void => {
    if (depth === shape.length) {
      if (isList(part)) failShape(where, `a number at ${path}`, 'an array', 'rows must have equal length and depth.');
      if (typeof part !== 'number' && typeof part !== 'boolean')
        fail(where, `a number at ${path}`, describe(part), elementHint(part));
      return;
    }
    if (!isList(part)) failShape(where, `an array at ${path || 'the top'}`, describe(part));
    if (part.length !== shape[depth]) {
      const at = path ? ` at ${path}` : '';
      failShape(where, `${shape[depth]} elements${at}`, `${part.length}`, 'all rows must have the same length.');
    }
    if (ArrayBuffer.isView(part)) return;
    part.forEach((child, i) => {
      check(child, depth + 1, `${path}[${i}]`);
    });
  };
  check(value, 0, '');
  return shape;
}

/** What {@link tensor} makes a tensor of. */
export type TensorLike =
  | Tensor
  | NestedArray
  | Float64Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | Uint8ClampedArray;

function convert(where: string, data: ArrayLike<number | bigint>, dtype: DType): TypedArray {
  const result = newArray(dtype, data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (typeof value === 'bigint') fail(where, 'numbers', 'BigInts', 'convert them with Number().');
    result[i] = value;
  }
  return result;
}

/**
 * Makes a tensor from nested arrays, a number, a typed array (with `shape` unless it is a vector) or another tensor.
 *
 * Typed arrays of float32, int32 and uint8 are used as they are, without a copy; others are converted. Booleans count as 1 and 0.
 *
 * @param data the elements
 * @param shape dimensions, one of which may be −1; default: the nesting of `data`
 * @param dtype element type; default: that of a typed array, `float32` otherwise
 * @throws ShapeError when rows differ in length or the elements do not fill `shape`
 */
export function tensor(data: TensorLike, shape?: Shape, dtype?: DType): Tensor {
  const where = 'tensor';
  if (data instanceof Tensor) {
    const array = dtype && dtype !== data.dtype ? convert(where, data.data, dtype) : data.data;
    return new Tensor(array, shape ? inferShape(where, data.size, shape) : data.shape);
  }
  if (ArrayBuffer.isView(data)) {
    const array = data as ArrayLike<number> & ArrayBufferView;
    const known = array instanceof Float32Array || array instanceof Int32Array || array instanceof Uint8Array;
    const own = known ? dtypeOf(array as TypedArray) : 'float32';
    const values = known && (!dtype || dtype === own) ? (array as TypedArray) : convert(where, array, dtype ?? own);
    return new Tensor(values, shape ? inferShape(where, values.length, shape) : [values.length]);
  }
  if (typeof data !== 'number' && typeof data !== 'boolean' && !Array.isArray(data)) {
    fail(where, 'nested arrays of numbers, a typed array or a Tensor', describe(data));
  }
  const nested = shapeOfNested(where, data as NestedArray);
  const values = newArray(dtype ?? 'float32', sizeOf(nested));
  let next = 0;
  const fill = (part: NestedArray): void => {
    if (typeof part === 'object') for (let i = 0; i < part.length; i++) fill(part[i] as NestedArray);
    else values[next++] = Number(part);
  };
  fill(data as NestedArray);
  return new Tensor(values, shape ? inferShape(where, values.length, shape) : nested);
}

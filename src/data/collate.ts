/** @file Elements put together into a batch, and a batch taken apart. */

import { describe, fail, failShape } from '../base/fail.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../base/shape.ts';
import { newArray, Tensor, type TensorLike, tensor } from '../base/tensor.ts';
import { type Batched, isNumeric, isRecord, leavesOf, mapParts, nameOfPart, type Path, type Unbatched } from './structure.ts';

const where = 'Dataset.batch';

/** What a part of an element is: numbers, a text, or parts itself. */
type Kind = 'numbers' | 'text' | 'tuple' | 'record';

function kindOf(part: unknown, path: Path): Kind | undefined {
  if (part instanceof Tensor || typeof part === 'number' || typeof part === 'boolean') return 'numbers';
  if (typeof part === 'string') return 'text';
  if (Array.isArray(part)) return path !== '' && isNumeric(part) ? 'numbers' : 'tuple';
  if (ArrayBuffer.isView(part)) return 'numbers';
  return isRecord(part) ? 'record' : undefined;
}

const kindNames: Readonly<Record<Kind, string>> = {
  numbers: 'numbers or a tensor',
  text: 'a text',
  tuple: 'a tuple',
  record: 'a record',
};

function refuseElement(position: number, path: Path, expected: string, got: string): never {
  return failShape(
    where,
    `${nameOfPart(path)} of element ${position} of the batch to be ${expected} as in the first element`,
    got,
    'elements of a batch must be alike: pad or cut them in map, or sort them out with filter.',
  );
}

function numbersOf(part: unknown, position: number, path: Path): Tensor {
  if (part instanceof Tensor) return part;
  try {
    return tensor(part as TensorLike);
  } catch (error) {
    if (error instanceof Error) error.message = `[${where}] ${nameOfPart(path)} of element ${position}: ${error.message}`;
    throw error;
  }
}

function stackNumbers(parts: readonly unknown[], path: Path): Tensor {
  if (parts.every((part) => typeof part === 'number')) return new Tensor(Float32Array.from(parts), [parts.length]);
  const first = numbersOf(parts[0], 0, path);
  const { shape, dtype, size } = first;
  const data = newArray(dtype, parts.length * size);
  parts.forEach((part, position) => {
    const one = position === 0 ? first : numbersOf(part, position, path);
    if (!sameShape(one.shape, shape)) refuseElement(position, path, `of shape ${formatShape(shape)}`, formatShape(one.shape));
    if (one.dtype !== dtype) refuseElement(position, path, dtype, one.dtype);
    data.set(one.data, position * size);
  });
  return new Tensor(data, [parts.length, ...shape]);
}

function collatePart(parts: readonly unknown[], path: Path): unknown {
  const first = parts[0];
  const kind = kindOf(first, path);
  if (!kind) fail(where, `${nameOfPart(path)} to be numbers, tensors, texts, or tuples and records of them`, describe(first));
  parts.forEach((part, position) => {
    const own = kindOf(part, path);
    if (own !== kind) refuseElement(position, path, kindNames[kind], own ? kindNames[own] : describe(part));
  });
  if (kind === 'numbers') return stackNumbers(parts, path);
  if (kind === 'text') return parts;
  const tuples = parts as readonly Readonly<Record<string | number, unknown>>[];
  const keys = Object.keys(first as object);
  tuples.forEach((part, position) => {
    const own = Object.keys(part);
    const isSame = own.length === keys.length && keys.every((key) => Object.hasOwn(part, key));
    if (isSame) return;
    if (kind === 'tuple') refuseElement(position, path, `of ${keys.length} parts`, `${own.length}`);
    refuseElement(position, path, `with ${keys.join(', ')}`, own.join(', ') || 'an empty record');
  });
  return mapParts(first as readonly unknown[], path, (_, place, key) =>
    collatePart(
      tuples.map((part) => part[key]),
      place,
    ),
  );
}

/**
 * Elements as one batch.
 *
 * @throws ShapeError naming the element whose shape or form differs from that of the first
 */
export function collate<T>(elements: readonly T[]): Batched<T> {
  return collatePart(elements, '') as Batched<T>;
}

/** Number of elements in a batch: the first axis of its tensors. */
export function countOfBatch(caller: string, batch: unknown): number {
  let count: number | undefined;
  for (const { leaf, path } of leavesOf(batch)) {
    const own = leaf instanceof Tensor ? leaf.shape[0] : Array.isArray(leaf) ? leaf.length : undefined;
    if (own === undefined) fail(caller, `${nameOfPart(path)} to be a tensor with a batch axis`, describe(leaf));
    if (count !== undefined && own !== count) failShape(caller, `${count} rows in ${nameOfPart(path)}`, `${own}`);
    count = own;
  }
  return count ?? 0;
}

/** Row `index` of a tensor, without its first axis. Shares the memory. */
export function rowOf(source: Tensor, index: number): Tensor {
  const shape: Shape = source.shape.slice(1);
  const width = sizeOf(shape);
  return new Tensor(source.data.subarray(index * width, (index + 1) * width), shape);
}

/** Element `index` of a batch. Tensors share the memory of the batch. */
export function pick<T>(batch: T, index: number): Unbatched<T> {
  const part = (value: unknown): unknown => {
    if (value instanceof Tensor) return rowOf(value, index);
    if (Array.isArray(value) && typeof value[0] === 'string') return value[index];
    return mapParts(value as readonly unknown[], '', part);
  };
  return part(batch) as Unbatched<T>;
}

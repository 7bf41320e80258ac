/**
 * @file The shape of elements: tensors, numbers and texts, in tuples (arrays) and records as deep as one likes. An element that is an array
 * is a tuple, `[x, y]`; further inside, an array of nothing but numbers is a tensor.
 */

import type { Tensor, TensorLike, TypedArray } from '../base/tensor.ts';

/** Data for several inputs or outputs: a list in their order, or a record by their names. */
export type Parts = TensorLike | readonly TensorLike[] | Readonly<Record<string, TensorLike>>;

/** What one part of an element becomes in a batch. */
export type BatchedPart<T> = T extends Tensor | number | boolean | ArrayBufferView
  ? Tensor
  : T extends string
    ? string[]
    : T extends readonly (number | boolean | readonly unknown[] | TypedArray)[]
      ? IsNumbers<T> extends true
        ? Tensor
        : BatchedTuple<T>
      : T extends readonly unknown[]
        ? BatchedTuple<T>
        : T extends object
          ? { [K in keyof T]: BatchedPart<T[K]> }
          : T;

type IsNumbers<T> = T extends number | boolean | TypedArray ? true : T extends readonly (infer E)[] ? IsNumbers<E> : false;

type BatchedTuple<T extends readonly unknown[]> = { -readonly [K in keyof T]: BatchedPart<T[K]> };

/** What `batch` makes of elements of type T: tensors with a batch axis, in the same tuples and records. Texts become lists of texts. */
export type Batched<T> = T extends readonly unknown[] ? BatchedTuple<T> : BatchedPart<T>;

/** What `unbatch` makes of it again: tensors without their first axis. */
export type Unbatched<T> = T extends Tensor
  ? Tensor
  : T extends readonly string[]
    ? string
    : T extends readonly unknown[]
      ? { -readonly [K in keyof T]: Unbatched<T[K]> }
      : T extends object
        ? { [K in keyof T]: Unbatched<T[K]> }
        : T;

/** An object that is written with braces, not an instance of a class. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether an array is a tensor: numbers, as deep as it goes. */
export function isNumeric(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return true;
  if (Array.isArray(value)) return value.every(isNumeric);
  return ArrayBuffer.isView(value);
}

/** Where something lies in an element: `[0]`, `[0].age`. */
export type Path = string;

/** What errors call a part. */
export function nameOfPart(path: Path): string {
  return path === '' ? 'the element' : `part ${path}`;
}

/** The parts of a tuple or record with what `use` makes of each, in a tuple or record of the same form. */
export function mapParts(
  parts: readonly unknown[] | Readonly<Record<string, unknown>>,
  path: Path,
  use: (part: unknown, path: Path, key: string | number) => unknown,
): unknown {
  if (Array.isArray(parts)) return parts.map((part, i) => use(part, `${path}[${i}]`, i));
  return Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, use(part, `${path}.${key}`, key)]));
}

/** Every tensor and list of texts in a structure, with its place. */
export function leavesOf(value: unknown, path: Path = ''): { leaf: unknown; path: Path }[] {
  const isTuple = Array.isArray(value) && typeof value[0] !== 'string';
  if (!isTuple && !isRecord(value)) return [{ leaf: value, path }];
  const leaves: { leaf: unknown; path: Path }[] = [];
  mapParts(value, path, (part, place) => leaves.push(...leavesOf(part, place)));
  return leaves;
}

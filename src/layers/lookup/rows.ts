/** @file Nested arrays of tokens, the only data that never enters the engine: their shape, their rows, and back. */

import { describe, fail, failShape } from '../../base/fail.ts';
import type { Shape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';

/** Arrays of tokens, or arrays of such arrays. */
export type Nested<T> = readonly (T | Nested<T>)[];

/** What integers may come in: nested arrays, typed arrays or tensors. */
export type IntegerData = Nested<number> | Tensor | ArrayBufferView;

/** Nested data taken apart: `shape` says how the rows lie, the last axis being the rows themselves. */
export interface Rows<T> {
  readonly shape: Shape;
  readonly rows: readonly (readonly T[])[];
}

/** Takes nested arrays apart. Rows may differ in length, the axes before them may not. */
export function rowsOf<T>(where: string, data: unknown, kind: string, isToken: (value: unknown) => value is T): Rows<T> {
  const given = data instanceof Tensor && data.rank > 0 ? data.toArray() : data;
  const isList = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);
  const article = /^[aeiou]/.test(kind) ? 'an' : 'a';
  const hint = `${kind}s come in an array, or in arrays of arrays.`;
  if (!isList(given)) return fail(where, `an array of ${kind}s`, describe(given), hint);
  const shape: number[] = [];
  let level: ArrayLike<unknown> = given;
  while (isList(level[0])) {
    shape.push(level.length);
    level = level[0];
  }
  const rows: T[][] = [];
  const walk = (part: unknown, depth: number, path: string): void => {
    if (!isList(part)) failShape(where, `an array at ${path}`, describe(part), hint);
    if (depth === shape.length) {
      rows.push(
        Array.from(part, (token, i) =>
          isToken(token) ? token : fail(where, `${article} ${kind} at ${path}[${i}]`, describe(token)),
        ),
      );
      return;
    }
    if (part.length !== shape[depth]) failShape(where, `${shape[depth]} parts at ${path || 'the top'}`, `${part.length}`);
    for (let i = 0; i < part.length; i++) walk(part[i], depth + 1, `${path}[${i}]`);
  };
  walk(given, 0, '');
  return { shape, rows };
}

/** The length all rows have. Refuses rows of different length. */
export function widthOf(where: string, rows: readonly (readonly unknown[])[]): number {
  const width = rows[0]?.length ?? 0;
  const other = rows.findIndex((row) => row.length !== width);
  if (other >= 0)
    failShape(
      where,
      `rows of equal length (${width})`,
      `${rows[other]!.length} in row ${other}`,
      "pad them, or take output mode 'multiHot', 'count' or 'tfIdf'.",
    );
  return width;
}

/** Rows as nested arrays again. */
export function nest<T>({ shape, rows }: Rows<T>): Nested<T> {
  return shape.reduceRight<readonly (T | Nested<T>)[]>(
    (parts, size, axis) => {
      if (axis === 0) return parts;
      return Array.from({ length: parts.length / size }, (_, i) => parts.slice(i * size, (i + 1) * size) as Nested<T>);
    },
    shape.length === 0 ? rows[0]! : rows,
  );
}

/** Whether `value` is a string. */
export function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** Whether `value` is a whole number that JavaScript holds exactly. */
export function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

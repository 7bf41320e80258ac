/** @file Shapes: the lists of dimensions that tensors and symbols carry, and the few computations on them. */

import { describe, fail, failShape } from './fail.ts';

/** Element types a tensor can hold. Kernels compute in float32; int32 and uint8 are inputs and labels. */
export type DType = 'float32' | 'int32' | 'uint8';

/** Known dimensions, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Dimensions of which some (usually the batch) are not known yet: those are `null`. */
export type PartialShape = readonly (number | null)[];

/** Number of elements of a shape: the product of its dimensions, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** Bytes of one element. */
export function bytesOf(dtype: DType): number {
  return dtype === 'uint8' ? 1 : 4;
}

/** `[2, 3]` as people write it; unknown dimensions are `?`. */
export function formatShape(shape: PartialShape): string {
  return `[${shape.map((dimension) => dimension ?? '?').join(', ')}]`;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

/** Whether `shape` goes with `expected`, where the batch axis and sizes that are not known yet fit anything. */
export function fitsShape(shape: PartialShape, expected: PartialShape): boolean {
  return (
    shape.length === expected.length &&
    shape.every((size, axis) => axis === 0 || size === null || expected[axis] === null || size === expected[axis])
  );
}

/** Elements between neighbours along each axis of a row-major array. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/**
 * The shape two operands have together, by numpy's rule: aligned at the last axis, a dimension of 1 stretches.
 *
 * @throws ShapeError when a pair of dimensions differs and neither is 1
 */
export function broadcastShapes(where: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 0; i < rank; i++) {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      failShape(where, 'shapes that broadcast together', `${formatShape(a)} and ${formatShape(b)}`);
    }
    result[i] = left === 1 ? right : left;
  }
  return result;
}

/** An axis counted from the front: −1 is the last one. Throws a ShapeError when there is no such axis. */
export function normalizeAxis(where: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    failShape(where, `\`axis\` to be an integer in [${-rank}, ${rank - 1}]`, describe(axis));
  }
  return axis < 0 ? axis + rank : axis;
}

/** A list of axes in ascending order without doubles; `undefined` means every axis. */
export function normalizeAxes(where: string, axes: number | readonly number[] | null | undefined, rank: number): number[] {
  if (axes === undefined || axes === null) return Array.from({ length: rank }, (_, i) => i);
  const list = typeof axes === 'number' ? [axes] : axes;
  if (!Array.isArray(list)) fail(where, 'an axis or a list of axes', describe(axes), 'such as -1 or [0, 1].');
  return [...new Set((list as readonly number[]).map((axis) => normalizeAxis(where, axis, rank)))].sort((a, b) => a - b);
}

/** @file Normalizing over several axes: they go to the end and become one row, which is what the kernels work on, and back again. */

import { describe, fail, failShape } from '../base/fail.ts';
import { formatShape, normalizeAxes, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { reshape, transpose } from '../graph/ops.ts';

/** One axis or a list of them. */
export type AxisSpec = number | readonly number[];

/** Refuses what names no axis, before the rank of the input is known. */
export function checkAxes(where: string, axis: AxisSpec): void {
  const list = typeof axis === 'number' ? [axis] : axis;
  if (!Array.isArray(list) || list.length === 0 || !list.every(Number.isInteger))
    fail(where, '`axis` to be an integer or a list of integers', describe(axis));
}

/** Sizes of the axes, in ascending order of axes; they must be known. */
export function sizesOfAxes(where: string, axis: AxisSpec, inputShape: PartialShape): number[] {
  return normalizeAxes(where, axis, inputShape.length).map((at) => {
    const size = inputShape[at];
    if (size !== null && size !== undefined) return size;
    return failShape(where, `a known size of axis ${at}`, `shape ${formatShape(inputShape)}`, 'give `inputShape` in full.');
  });
}

/** Applies `body`, which keeps shapes and works along the last axis, to all of the axes as if they were that one axis. */
export function overAxes(where: string, x: Node, axis: AxisSpec, body: (rows: Node) => Node): Node {
  const axes = normalizeAxes(where, axis, x.rank);
  const rest = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...rest, ...axes];
  const moved = transpose(x, order);
  const rows = reshape(moved, [...moved.shape.slice(0, rest.length), -1]);
  const back = order.map((_, i) => order.indexOf(i));
  return transpose(reshape(body(rows), moved.shape), back);
}

/** @file What reducing ops share: which axes go, the three-dimensional view [outer, count, inner] kernels work on, references. */

import { normalizeAxes, normalizeAxis, type Shape, sizeOf } from '../base/shape.ts';
import { requireFloat32 } from './checks.ts';
import { asNode, type Operand, type RefArray, type Result } from './define-op.ts';
import type { TensorSpec } from './node.ts';
import { reshape } from './ops/reshape.ts';

/** Neighbouring axes, first and last included. */
export type AxisRange = readonly [first: number, last: number];

/** A tensor seen as [outer, count, inner], of which `count` is reduced. */
export interface ReductionView {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
  /** Shape and type of the result, without the reduced axes. */
  readonly spec: TensorSpec;
}

/** How `x` looks to a kernel that reduces the axes of `range`. */
export function reductionView(x: { shape: Shape; dtype?: TensorSpec['dtype'] }, [first, last]: AxisRange): ReductionView {
  return {
    outer: sizeOf(x.shape.slice(0, first)),
    count: sizeOf(x.shape.slice(first, last + 1)),
    inner: sizeOf(x.shape.slice(last + 1)),
    spec: { shape: [...x.shape.slice(0, first), ...x.shape.slice(last + 1)], dtype: x.dtype ?? 'float32' },
  };
}

/** Shape and type of a reduction of float32 elements; refuses others. */
export function reducedSpec(where: string, x: TensorSpec, range: AxisRange): TensorSpec {
  requireFloat32(where, x);
  return reductionView(x, range).spec;
}

/** The float64 reference of a reduction: `reduce` sees the elements of one group. */
export function referenceReduction(x: RefArray, range: AxisRange, reduce: (group: number[]) => number): RefArray {
  const { outer, count, inner, spec } = reductionView(x, range);
  const data = new Float64Array(outer * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      data[o * inner + i] = reduce(Array.from({ length: count }, (_, c) => x.data[(o * count + c) * inner + i]!));
    }
  }
  return { shape: spec.shape, data };
}

/** Shapes and axes every reduction is tested with. */
export const reductionCases: readonly { readonly shapes: readonly Shape[]; readonly axes: AxisRange }[] = [
  { shapes: [[1]], axes: [0, 0] },
  { shapes: [[7]], axes: [0, 0] },
  { shapes: [[1000]], axes: [0, 0] },
  { shapes: [[20_001]], axes: [0, 0] },
  { shapes: [[40_001]], axes: [0, 0] },
  { shapes: [[5, 9]], axes: [1, 1] },
  { shapes: [[33, 10]], axes: [0, 0] },
  { shapes: [[4, 3, 5]], axes: [1, 1] },
  { shapes: [[4, 3, 5]], axes: [0, 1] },
  { shapes: [[2, 3, 4, 5]], axes: [1, 2] },
];

/**
 * Reduces `x` over `axes` with `reduce`, which handles one range of neighbouring axes: ranges that do not touch are reduced one after
 * the other, the last first. `isLast` tells the final one, which is where a mean is scaled.
 */
export function reduceAxes<X extends Operand>(
  where: string,
  x: X,
  axes: number | readonly number[] | null | undefined,
  keepDims: boolean,
  reduce: (x: Operand, range: AxisRange, isLast: boolean) => Operand,
): Result<X> {
  const { shape } = asNode(where, x);
  const list = normalizeAxes(where, axes, shape.length);
  const ranges: [number, number][] = [];
  for (const axis of list) {
    const last = ranges[ranges.length - 1];
    if (last && last[1] === axis - 1) last[1] = axis;
    else ranges.push([axis, axis]);
  }
  // A scalar is its own reduction over no axes, seen as one group of one element.
  let result: Operand = shape.length === 0 ? reduce(reshape<Operand>(x, [1]), [0, 0], true) : x;
  for (let i = ranges.length - 1; i >= 0; i--) result = reduce(result, ranges[i]!, i === 0);
  return (
    keepDims
      ? reshape(
          result,
          shape.map((size, axis) => (list.includes(axis) ? 1 : size)),
        )
      : result
  ) as Result<X>;
}

/** As {@link reduceAxes} for reductions that make sense along one axis only; without an axis the input is flattened. */
export function reduceOneAxis<X extends Operand>(
  where: string,
  x: X,
  axis: number | null | undefined,
  keepDims: boolean,
  reduce: (x: Operand, range: AxisRange) => Operand,
): Result<X> {
  const { shape } = asNode(where, x);
  if (axis !== undefined && axis !== null)
    return reduceAxes(where, x, normalizeAxis(where, axis, shape.length), keepDims, reduce);
  const result = reduce(reshape<Operand>(x, [-1]), [0, 0]);
  return (
    keepDims
      ? reshape(
          result,
          shape.map(() => 1),
        )
      : result
  ) as Result<X>;
}

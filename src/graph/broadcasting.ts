/** @file How two operands share one result: the view their kernels work on, and stretching in references. */

import { type Shape, sizeOf } from '../base/shape.ts';
import type { RefArray } from './define-op.ts';

/** How two operands lie on a two-dimensional view of their result: strides in elements, those of columns 0 or 1. */
export interface PlaneStrides {
  readonly rows: number;
  readonly cols: number;
  readonly aRow: number;
  readonly aCol: number;
  readonly bRow: number;
  readonly bCol: number;
}

/** The two-dimensional view under which `a` and `b` broadcast to `shape`, or undefined when two dimensions are not enough. */
export function planeOf(a: Shape, b: Shape, shape: Shape): PlaneStrides | undefined {
  const pad = (s: Shape): number[] => [...new Array<number>(shape.length - s.length).fill(1), ...s];
  const [left, right] = [pad(a), pad(b)];
  // Neighbouring axes along which each operand behaves alike (stretched or not) fold into one.
  const groups: { size: number; a: boolean; b: boolean }[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const group = { size, a: left[axis] !== 1, b: right[axis] !== 1 };
    const last = groups[groups.length - 1];
    if (last && last.a === group.a && last.b === group.b) last.size *= size;
    else groups.push(group);
  });
  if (groups.length > 2) return undefined;
  const inner = groups[groups.length - 1] ?? { size: 1, a: true, b: true };
  const outer = groups.length === 2 ? groups[0]! : { size: 1, a: false, b: false };
  const aCol = inner.a ? 1 : 0;
  const bCol = inner.b ? 1 : 0;
  return {
    rows: sizeOf(shape) === 0 ? 0 : outer.size,
    cols: inner.size,
    aRow: outer.a ? (inner.a ? inner.size : 1) : 0,
    aCol,
    bRow: outer.b ? (inner.b ? inner.size : 1) : 0,
    bCol,
  };
}

/** A reference array stretched to `shape`. */
export function broadcastReference(x: RefArray, shape: Shape): Float64Array {
  const padded = [...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
  const result = new Float64Array(sizeOf(shape));
  for (let i = 0; i < result.length; i++) {
    let rest = i;
    let offset = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (padded[axis] !== 1) offset += index * stride;
      stride *= padded[axis]!;
    }
    result[i] = x.data[offset]!;
  }
  return result;
}

/** @file What ops along the last axis share: their view of a tensor as rows, references row by row, other axes by transposing. */

import { failShape } from '../base/fail.ts';
import { formatShape, normalizeAxis, type Shape, sameShape, sizeOf } from '../base/shape.ts';
import { requireFloat32 } from './checks.ts';
import { asNode, type Operand, type RefArray, type Result } from './define-op.ts';
import type { TensorSpec } from './node.ts';
import { transpose } from './ops/transpose.ts';

/** Shapes that ops along the last axis are tested with. */
export const lastAxisCases: readonly Shape[] = [[1], [10], [4, 1], [3, 5], [33, 10], [2, 3, 17], [2, 1030]];

/** A tensor as rows of its last axis. */
export function rowsOf({ shape }: { shape: Shape }): { rows: number; cols: number } {
  const cols = shape[shape.length - 1] ?? 1;
  return { rows: sizeOf(shape.slice(0, -1)), cols };
}

/** Shape and type of a result with the shape of all inputs; refuses scalars, other types and shapes that differ. */
export function rowSpec(where: string, ...inputs: readonly TensorSpec[]): TensorSpec {
  requireFloat32(where, ...inputs);
  const { shape } = inputs[0]!;
  if (shape.length === 0) failShape(where, 'an input of rank >= 1', 'a scalar');
  if (!inputs.every((input) => sameShape(input.shape, shape))) {
    failShape(where, 'inputs of one shape', inputs.map((input) => formatShape(input.shape)).join(' and '));
  }
  return { shape, dtype: 'float32' };
}

/** The float64 reference of an op that works row by row: `compute` sees one row of each input. */
export function referenceRows<const T extends readonly RefArray[]>(
  inputs: T,
  compute: (rows: { readonly [K in keyof T]: number[] }) => readonly number[],
): RefArray {
  const { shape } = inputs[0]!;
  const { rows, cols } = rowsOf({ shape });
  const data = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    const parts = inputs.map((input) => [...input.data.subarray(row * cols, (row + 1) * cols)]);
    data.set(compute(parts as { readonly [K in keyof T]: number[] }), row * cols);
  }
  return { shape, data };
}

/** Applies `body`, which works along the last axis, along `axis`. */
export function alongLastAxis<X extends Operand>(where: string, x: X, axis: number, body: (x: Operand) => Operand): Result<X> {
  const { rank } = asNode(where, x);
  if (rank === 0) failShape(where, 'an input of rank >= 1', 'a scalar');
  const at = normalizeAxis(where, axis, rank);
  if (at === rank - 1) return body(x) as Result<X>;
  // Swapping two axes undoes itself.
  const order = Array.from({ length: rank }, (_, i) => (i === at ? rank - 1 : i === rank - 1 ? at : i));
  return transpose<Operand>(body(transpose<Operand>(x, order)), order) as Result<X>;
}

/** [rows, cols] that cross-entropies are tested with. */
export const crossEntropyCases: readonly (readonly [rows: number, cols: number])[] = [
  [1, 1],
  [4, 1],
  [3, 5],
  [33, 10],
  [2, 130],
];

/** Loss [rows] and probabilities [rows, cols] of a cross-entropy on logits [rows, cols]. */
export function crossEntropySpecs(where: string, logits: TensorSpec): readonly [TensorSpec, TensorSpec] {
  requireFloat32(where, logits);
  if (logits.shape.length !== 2) failShape(where, 'logits [rows, classes]', formatShape(logits.shape));
  return [{ shape: logits.shape.slice(0, 1), dtype: 'float32' }, logits];
}

/** softmax of each row, and log Σ eˣ of each row. */
export function referenceSoftmax(logits: RefArray): { probabilities: RefArray; logTotals: Float64Array } {
  const totals: number[] = [];
  const probabilities = referenceRows([logits], ([row]) => {
    const peak = Math.max(...row);
    const total = row.reduce((sum, v) => sum + Math.exp(v - peak), 0);
    totals.push(peak + Math.log(total));
    return row.map((v) => Math.exp(v - peak) / total);
  });
  return { probabilities, logTotals: Float64Array.from(totals) };
}

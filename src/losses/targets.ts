/**
 * @file How targets meet predictions: ranks that differ by a trailing axis of 1 are aligned as in Keras, and what does not fit is
 * refused before anything runs. Losses and metrics share these rules.
 */

import { fail, failShape } from '../base/fail.ts';
import { type DType, formatShape, type PartialShape, type Shape, sizeOf } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { cast, reshape } from '../graph/ops.ts';

/** What targets a loss or metric wants: class numbers, values shaped like the predictions, or whatever its function makes of them. */
export type TargetKind = 'labels' | 'like prediction' | 'any';

/** Shape and type of targets or predictions; sizes not known yet are null. */
export interface TargetSpec {
  readonly shape: PartialShape;
  readonly dtype: DType;
}

/**
 * Two shapes brought to one rank: where ranks differ by one and the longer ends in 1, a vector gets that axis too, and otherwise the
 * longer loses it.
 */
export function alignShapes(a: PartialShape, b: PartialShape): readonly [PartialShape, PartialShape] {
  if (a.length === b.length + 1 && a[b.length] === 1) return b.length === 1 ? [a, [...b, 1]] : [a.slice(0, -1), b];
  if (b.length === a.length + 1 && b[a.length] === 1) return a.length === 1 ? [[...a, 1], b] : [a, b.slice(0, -1)];
  return [a, b];
}

/** Two nodes with their shapes aligned by {@link alignShapes}. */
export function alignRanks(a: Node, b: Node): readonly [Node, Node] {
  const [left, right] = alignShapes(a.shape, b.shape);
  // The shapes of nodes are known, and so are those made of them.
  return [reshape(a, left.map(Number)), reshape(b, right.map(Number))];
}

function agree(a: PartialShape, b: PartialShape): boolean {
  return a.length === b.length && a.every((size, axis) => size === null || b[axis] === null || size === b[axis]);
}

/** Shape of the labels for predictions of this shape: all axes but the last. */
function labelShape(prediction: PartialShape): PartialShape {
  return prediction.slice(0, -1);
}

/** Refuses targets that do not have the shape of the predictions (after {@link alignShapes}). */
export function checkLikePrediction(where: string, yTrue: TargetSpec, yPred: TargetSpec): void {
  const [target, prediction] = alignShapes(yTrue.shape, yPred.shape);
  if (agree(target, prediction)) return;
  const classes = yPred.shape.at(-1);
  const isLabels = classes !== 1 && (agree(target, labelShape(prediction)) || agree(target, [...labelShape(prediction), 1]));
  const hint = isLabels
    ? 'for class numbers use sparseCategoricalCrossentropy (as a metric: sparseCategoricalAccuracy).'
    : 'the last layer and the targets must agree.';
  failShape(where, `targets of shape ${formatShape(yPred.shape)} like the predictions`, formatShape(yTrue.shape), hint);
}

/** Refuses targets that are not one class number for each row of predictions, with or without a trailing axis of 1. */
export function checkLabels(where: string, yTrue: TargetSpec, yPred: TargetSpec): void {
  const wanted = labelShape(yPred.shape);
  if (yPred.shape.length > 0 && (agree(yTrue.shape, wanted) || agree(yTrue.shape, [...wanted, 1]))) return;
  const hint = agree(yTrue.shape, yPred.shape)
    ? 'for one-hot rows use categoricalCrossentropy (as a metric: categoricalAccuracy).'
    : 'give one class number for each row of predictions.';
  failShape(
    where,
    `labels of shape ${formatShape(wanted)} for predictions ${formatShape(yPred.shape)}`,
    formatShape(yTrue.shape),
    hint,
  );
}

/** Labels as int32 without a trailing axis of 1. */
export function labelsFor(yTrue: Node, yPred: Node): Node {
  return cast(reshape(yTrue, yPred.shape.slice(0, -1)), 'int32');
}

/** `[3, 1]`, or `3` in a vector: where element `index` of an array of this shape is. */
function position(index: number, shape: Shape): string {
  if (shape.length < 2) return String(index);
  return formatShape(shape.map((size, axis) => Math.floor(index / sizeOf(shape.slice(axis + 1))) % size));
}

/** Refuses labels that are not whole numbers in [0, classes), naming the first such label; `ignored` is let through. */
export function scanLabels(where: string, { data, shape }: Tensor, classes: number, ignored?: number): void {
  for (let i = 0; i < data.length; i++) {
    const label = data[i]!;
    if ((label >= 0 && label < classes && Number.isInteger(label)) || label === ignored) continue;
    const expected = `labels that are integers in [0, ${classes - 1}] for ${classes} ${classes === 1 ? 'output' : 'outputs'}`;
    fail(where, expected, `${label} at index ${position(i, shape)}`, labelHint(label, classes));
  }
}

function labelHint(label: number, classes: number): string {
  if (classes === 1) return 'a single output goes with binaryCrossentropy and a sigmoid.';
  if (label < 0) return 'labels count from 0; `ignoreClass` leaves out positions that carry another number.';
  if (label >= classes) return 'labels count from 0, and the last layer needs as many units as there are classes.';
  return 'class numbers are whole; for values use meanSquaredError.';
}

/** @file Fans: how many inputs an output of a weight depends on, and how many outputs an input reaches. */

import { normalizeAxis, type Shape, sizeOf } from '../base/shape.ts';

/** Fan-in and fan-out of a weight. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Axes of a weight that count as inputs and as outputs, where its shape alone does not tell. */
export interface FanAxes {
  readonly inputAxes?: readonly number[] | null;
  readonly outputAxes?: readonly number[] | null;
}

/**
 * The fans of a weight by Keras's rule: [n] has n and n, [a, b] has a and b, [...kernel, i, o] has i and o times the size of the kernel.
 * With both lists of axes given, the fans are the products of those dimensions.
 */
export function fansOf(shape: Shape, { inputAxes, outputAxes }: FanAxes = {}): Fans {
  if (inputAxes && outputAxes) {
    const product = (axes: readonly number[]): number =>
      sizeOf(axes.map((axis) => shape[normalizeAxis('fansOf', axis, shape.length)]!));
    return { fanIn: product(inputAxes), fanOut: product(outputAxes) };
  }
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const kernel = sizeOf(shape.slice(0, -2));
  return { fanIn: kernel * shape[shape.length - 2]!, fanOut: kernel * shape[shape.length - 1]! };
}

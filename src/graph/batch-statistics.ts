/** @file What the batch normalization ops share: their optional parameters, checks, and a float64 reference. */

import { failShape } from '../base/fail.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { requireFloat32 } from './checks.ts';
import type { RefArray } from './define-op.ts';
import type { TensorSpec } from './node.ts';
import { rowsOf } from './rows.ts';

/** Attributes of an op with an optional scale γ and an optional shift β, which follow its other inputs in this order. */
export interface BatchNormAttrs {
  readonly epsilon: number;
  readonly hasGamma: boolean;
  readonly hasBeta: boolean;
}

/** γ and β among `inputs`, of which the first `fixed` are others. */
export function parametersOf<T>(
  inputs: readonly T[],
  fixed: number,
  attrs: BatchNormAttrs,
): { gamma: T | undefined; beta: T | undefined } {
  return {
    gamma: attrs.hasGamma ? inputs[fixed] : undefined,
    beta: attrs.hasBeta ? inputs[attrs.hasGamma ? fixed + 1 : fixed] : undefined,
  };
}

/** Refuses inputs that do not normalize the last axis of `x`: all others have one value per channel. */
export function checkChannels(where: string, x: TensorSpec, others: readonly TensorSpec[]): TensorSpec {
  requireFloat32(where, x, ...others);
  const { rows, cols } = rowsOf(x);
  if (x.shape.length === 0 || rows === 0) failShape(where, 'at least one row of channels', `shape ${formatShape(x.shape)}`);
  for (const { shape } of others) {
    if (!sameShape(shape, [cols]))
      failShape(where, `parameters of shape [${cols}], the channels of ${formatShape(x.shape)}`, formatShape(shape));
  }
  return { shape: [cols], dtype: 'float32' };
}

/** Every axis but the last. */
export function rowAxes(x: { shape: readonly number[] }): number[] {
  return x.shape.slice(0, -1).map((_, axis) => axis);
}

/** Mean of `value(i)` over the rows, for each column. */
export function columnMeans(x: RefArray, value: (i: number, column: number) => number): RefArray {
  const { rows, cols } = rowsOf(x);
  const data = new Float64Array(cols);
  for (let i = 0; i < rows * cols; i++) data[i % cols]! += value(i, i % cols) / rows;
  return { shape: [cols], data };
}

/** Mean and biased variance of each column. */
export function referenceStatistics(x: RefArray): { mean: RefArray; variance: RefArray } {
  const mean = columnMeans(x, (i) => x.data[i]!);
  return { mean, variance: columnMeans(x, (i, column) => (x.data[i]! - mean.data[column]!) ** 2) };
}

/** γ · (x − mean) / √(variance + ε) + β. */
export function referenceNormalized(
  x: RefArray,
  mean: RefArray,
  variance: RefArray,
  gamma: RefArray | undefined,
  beta: RefArray | undefined,
  epsilon: number,
): RefArray {
  const cols = mean.data.length;
  const data = x.data.map((value, i) => {
    const c = i % cols;
    return ((gamma?.data[c] ?? 1) * (value - mean.data[c]!)) / Math.sqrt(variance.data[c]! + epsilon) + (beta?.data[c] ?? 0);
  });
  return { shape: x.shape, data };
}

/** Attributes and shapes with every combination of γ and β; `fixed` gives the shapes of the other inputs. */
export function batchNormCases(fixed: (shape: readonly number[], cols: number) => readonly (readonly number[])[]) {
  const shapes = [
    [8, 3],
    [4, 3, 2],
    [33, 17],
    [5, 1],
  ];
  return shapes.flatMap((shape) =>
    [true, false].flatMap((hasGamma) =>
      [true, false].map((hasBeta) => {
        const cols = shape[shape.length - 1]!;
        const parameters = [hasGamma, hasBeta].filter((has) => has).map(() => [cols]);
        return { shapes: [...fixed(shape, cols), ...parameters], attrs: { epsilon: 1e-3, hasGamma, hasBeta } };
      }),
    ),
  );
}

/** @file What the layer normalization ops share: their attributes, checks, test cases and a float64 reference, row by row. */

import { failShape } from '../base/fail.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import { requireFloat32 } from './checks.ts';
import type { RefArray } from './define-op.ts';
import type { TensorSpec } from './node.ts';
import { rowsOf } from './rows.ts';

/** Attributes of the normalization of rows, with an optional scale γ and an optional shift β after the other inputs. */
export interface LayerNormAttrs {
  readonly epsilon: number;
  /** Whether the mean of a row is taken away; otherwise it counts as 0 and the variance is the mean square. */
  readonly isCentered: boolean;
  readonly hasGamma: boolean;
  readonly hasBeta: boolean;
}

/** Shape [rows…] of one number per row. Refuses empty rows, and parameters that are not one number per column. */
export function rowStatistics(where: string, x: TensorSpec, parameters: readonly TensorSpec[]): TensorSpec {
  requireFloat32(where, x, ...parameters);
  const { cols } = rowsOf(x);
  if (x.shape.length === 0 || cols === 0) failShape(where, 'rows of at least one element', `shape ${formatShape(x.shape)}`);
  for (const { shape } of parameters) {
    if (!sameShape(shape, [cols]))
      failShape(where, `parameters of shape [${cols}], a row of ${formatShape(x.shape)}`, formatShape(shape));
  }
  return { shape: x.shape.slice(0, -1), dtype: 'float32' };
}

/** Mean of each row (0 if it is not centred) and 1 / √(mean of the squared deviations + ε). */
export function referenceRowStatistics(
  x: RefArray,
  { epsilon, isCentered }: LayerNormAttrs,
): { mean: RefArray; inverse: RefArray } {
  const { rows, cols } = rowsOf(x);
  const shape = x.shape.slice(0, -1);
  const [mean, inverse] = [new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    const values = x.data.subarray(row * cols, (row + 1) * cols);
    const center = isCentered ? values.reduce((total, value) => total + value, 0) / cols : 0;
    mean[row] = center;
    inverse[row] = 1 / Math.sqrt(values.reduce((total, value) => total + (value - center) ** 2, 0) / cols + epsilon);
  }
  return { mean: { shape, data: mean }, inverse: { shape, data: inverse } };
}

const shapes: readonly Shape[] = [[7], [5, 3], [2, 3, 4], [33, 17], [3, 1030], [6, 1]];

/** Every shape, centred or not, with and without the parameters that `choices` names; `fixed` gives the shapes of the other inputs. */
export function layerNormCases(
  choices: readonly Pick<LayerNormAttrs, 'isCentered' | 'hasGamma' | 'hasBeta'>[],
  fixed: (shape: Shape, isCentered: boolean) => readonly Shape[],
) {
  return shapes.flatMap((shape) =>
    choices.map((choice) => {
      const parameters = [choice.hasGamma, choice.hasBeta].filter((has) => has).map(() => shape.slice(-1));
      // A row of one element has no variance: without a large epsilon, rounding would decide its gradient.
      const attrs: LayerNormAttrs = { epsilon: shape[shape.length - 1] === 1 ? 0.5 : 1e-3, ...choice };
      return { shapes: [...fixed(shape, choice.isCentered), ...parameters], attrs };
    }),
  );
}

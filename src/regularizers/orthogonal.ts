import { failShape } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import { notNegative } from '../base/numbers.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { abs, l2Normalize, matmul, mul, scale, sum } from '../graph/ops.ts';
import { defineRegularizer } from './regularizer.ts';

/** Options of {@link orthogonal}. */
export interface OrthogonalOptions {
  /** Strength. Default 0.01. */
  readonly factor?: number;
  /** Which vectors are to be orthogonal to each other. Default 'rows'. */
  readonly mode?: 'rows' | 'columns';
}

/** Ones but for the diagonal. */
function offDiagonal(size: number): Tensor {
  return new Tensor(
    new Float32Array(size * size).map((_, i) => (i % (size + 1) === 0 ? 0 : 1)),
    [size, size],
  );
}

/**
 * Mean of |cosine| over all pairs of rows (or columns) of a matrix, times `factor`. Options: `factor` 0.01, `mode` 'rows'.
 *
 * Source: Keras `regularizers.OrthogonalRegularizer`.
 *
 * @throws MyelinError when `factor` is negative or `mode` unknown; ShapeError on use when the weight is no matrix
 */
export const orthogonal = defineRegularizer<OrthogonalOptions>('OrthogonalRegularizer', (options, where) => {
  const factor = notNegative(where, 'factor', options.factor ?? 0.01);
  const isRows = lookup(where, 'mode', options.mode ?? 'rows', { rows: true, columns: false });
  return (x) => {
    if (x.rank !== 2) failShape(where, 'a weight of rank 2', formatShape(x.shape));
    const vectors = l2Normalize(x, isRows ? 1 : 0);
    const size = x.shape[isRows ? 0 : 1]!;
    const products = isRows ? matmul(vectors, vectors, { transposeB: true }) : matmul(vectors, vectors, { transposeA: true });
    // Every pair is met twice. One vector alone is orthogonal to all there are.
    return scale(sum(mul(abs(products), offDiagonal(size))), factor / Math.max(1, size * (size - 1)));
  };
});

import { fail, failShape } from '../../base/fail.ts';
import { formatShape, sameShape, sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import { defineOp, type Operand, type Result } from '../define-op.ts';
import { gatherRows } from './gather-rows.ts';

const op = defineOp<{ count: number }, 2>({
  name: 'scatterRows',
  infer: ([values, indices], { count }) => {
    requireFloat32('scatterRows', values);
    if (indices.dtype !== 'int32') fail('scatterRows', 'int32 `indices`', indices.dtype, 'convert with ops.cast.');
    if (!Number.isInteger(count) || count < 1) fail('scatterRows', '`count` to be a positive integer', String(count));
    const rank = indices.shape.length;
    if (!sameShape(values.shape.slice(0, rank), indices.shape)) {
      failShape('scatterRows', `values whose shape begins with ${formatShape(indices.shape)}`, formatShape(values.shape));
    }
    return { shape: [count, ...values.shape.slice(rank)], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, outputSpecs, attrs: { count } }) => {
    const cols = sizeOf(outputSpecs[0]!.shape.slice(1));
    k.scatterRows(inputs[0]!, inputs[1]!, outputs[0]!, sizeOf(inputSpecs[1]!.shape), cols, count);
  },
  // What a value was added to is what it gets the gradient of; one that was passed over gets none.
  gradient: ({ inputs: [, indices], dy }) => [gatherRows(dy, indices, { outside: 0 }), null],
  reference: ([values, indices], { count }) => {
    const row = values.shape.slice(indices.shape.length);
    const cols = sizeOf(row);
    const data = new Float64Array(count * cols);
    indices.data.forEach((index, r) => {
      if (index < 0 || index >= count) return;
      for (let i = 0; i < cols; i++) data[index * cols + i]! += values.data[r * cols + i]!;
    });
    return { shape: [count, ...row], data };
  },
  test: {
    cases: (
      [
        [5, [4, 3], [4]],
        [3, [7], [7]],
        [4, [2, 3, 40], [2, 3]],
        [6, [9, 2, 5], [9]],
        [1, [64, 17], [64]],
      ] as const
    ).map(([count, values, indices]) => ({
      shapes: [values, indices],
      attrs: { count },
      domain: [
        { low: -2, high: 2 },
        { low: -1, high: count, dtype: 'int32' },
      ],
    })),
    nonDifferentiable: [1],
  },
});

/**
 * Rows added up where the int32 `indices` say: row i of the result is the sum of all values whose index is i, added in their order.
 * Shape: [...i, …row], [...i] → [count, …row]. A value whose index is not in 0…count−1 is passed over.
 */
export function scatterRows<V extends Operand, I extends Operand>(values: V, indices: I, count: number): Result<V | I> {
  return op<Operand>([values, indices], { count }) as Result<V | I>;
}

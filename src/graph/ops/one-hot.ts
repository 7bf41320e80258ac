import { fail } from '../../base/fail.ts';
import { sizeOf } from '../../base/shape.ts';
import { defineOp, type Operand, type Result } from '../define-op.ts';
import { cast } from './cast.ts';

const op = defineOp<{ depth: number }, 1>({
  name: 'oneHot',
  infer: ([labels], { depth }) => {
    if (labels.dtype !== 'int32') fail('oneHot', 'int32 labels', labels.dtype);
    return { shape: [...labels.shape, depth], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs }) =>
    k.oneHot(inputs[0]!, outputs[0]!, sizeOf(inputSpecs[0]!.shape), attrs.depth),
  gradient: null,
  reference: ([labels], { depth }) => {
    const data = new Float64Array(labels.data.length * depth);
    labels.data.forEach((label, row) => {
      if (label >= 0 && label < depth) data[row * depth + label] = 1;
    });
    return { shape: [...labels.shape, depth], data };
  },
  test: {
    cases: [
      { shapes: [[]], attrs: { depth: 3 } },
      { shapes: [[7]], attrs: { depth: 5 } },
      { shapes: [[2, 9]], attrs: { depth: 4 } },
    ],
    domain: { low: -1, high: 5, dtype: 'int32' },
    nonDifferentiable: [0],
    tolerance: 0,
  },
});

/** Rows of zeros with a 1 at each label. Shape: […] → […, depth]. A label outside 0…depth−1 gives a row of zeros. Not differentiable. */
export function oneHot<X extends Operand>(labels: X, depth: number): Result<X> {
  if (!Number.isInteger(depth) || depth < 1) fail('oneHot', '`depth` to be a positive integer', String(depth));
  return op<Operand>([cast<Operand>(labels, 'int32')], { depth }) as Result<X>;
}

import { sizeOf } from '../../base/shape.ts';
import { defineOp, type Operand, type Result } from '../define-op.ts';
import { type AxisRange, reducedSpec, reduceOneAxis, reductionCases, reductionView, referenceReduction } from '../reductions.ts';

const op = defineOp<{ axes: AxisRange }, 1>({
  name: 'argmin',
  infer: ([x], { axes }) => ({ ...reducedSpec('argmin', x, axes), dtype: 'int32' }),
  lower: (k, { inputs, outputs, inputSpecs, attrs }) => {
    const { outer, count, inner } = reductionView(inputSpecs[0]!, attrs.axes);
    k.argmin(inputs[0]!, outputs[0]!, outer, count, inner);
  },
  gradient: null,
  reference: ([x], { axes }) =>
    referenceReduction(x, axes, (group) => group.reduce((best, value, i) => (value < group[best]! ? i : best), 0)),
  test: {
    cases: reductionCases.map(({ shapes, axes }) => ({ shapes, attrs: { axes } })),
    ties: true,
    noExtremes: 'NaN has no place in an order',
  },
  work: ([x]) => sizeOf(x!.shape),
});

/**
 * Position (int32) of the smallest element along `axis`, of the first of equal ones. Default: the position in the flattened input. The
 * reduced axis vanishes, or stays as 1 with `keepDims`. Not differentiable.
 */
export function argmin<X extends Operand>(x: X, axis?: number | null, keepDims = false): Result<X> {
  return reduceOneAxis('argmin', x, axis, keepDims, (part, range) => op<Operand>([part], { axes: range }));
}

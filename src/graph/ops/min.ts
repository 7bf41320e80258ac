import { sizeOf } from '../../base/shape.ts';
import { defineOp, type Operand, type Result } from '../define-op.ts';
import { gradientOfExtremes } from '../extremes.ts';
import { type AxisRange, reduceAxes, reducedSpec, reductionCases, reductionView, referenceReduction } from '../reductions.ts';

const op = defineOp<{ axes: AxisRange }, 1>({
  name: 'min',
  infer: ([x], { axes }) => reducedSpec('min', x, axes),
  lower: (k, { inputs, outputs, inputSpecs, attrs }) => {
    const { outer, count, inner } = reductionView(inputSpecs[0]!, attrs.axes);
    k.min(inputs[0]!, outputs[0]!, outer, count, inner);
  },
  gradient: ({ inputs: [x], outputs, dy, attrs }) => [gradientOfExtremes(x, outputs[0]!, dy, attrs.axes)],
  reference: ([x], { axes }) => referenceReduction(x, axes, (group) => group.reduce((a, b) => Math.min(a, b))),
  test: { cases: reductionCases.map(({ shapes, axes }) => ({ shapes, attrs: { axes } })), ties: true, tolerance: 0 },
  work: ([x]) => sizeOf(x!.shape),
});

/**
 * The smallest element over `axes` (default: all); NaN if there is one. Reduced axes vanish, or stay as 1 with `keepDims`. Equal
 * smallest elements share the gradient.
 */
export function min<X extends Operand>(x: X, axes?: number | readonly number[] | null, keepDims = false): Result<X> {
  return reduceAxes('min', x, axes, keepDims, (part, range) => op<Operand>([part], { axes: range }));
}

import { sizeOf } from '../../base/shape.ts';
import { defineOp, type Operand, type Result } from '../define-op.ts';
import { type AxisRange, reduceAxes, reducedSpec, reductionCases, reductionView, referenceReduction } from '../reductions.ts';
import { add } from './add.ts';
import { div } from './div.ts';
import { equal } from './equal.ts';
import { mul } from './mul.ts';
import { reshape } from './reshape.ts';
import { stopGradient } from './stop-gradient.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

const op = defineOp<{ axes: AxisRange }, 1>({
  name: 'prod',
  infer: ([x], { axes }) => reducedSpec('prod', x, axes),
  lower: (k, { inputs, outputs, inputSpecs, attrs }) => {
    const { outer, count, inner } = reductionView(inputSpecs[0]!, attrs.axes);
    k.prod(inputs[0]!, outputs[0]!, outer, count, inner);
  },
  // dL/dx = dy · (product of the other elements). Dividing the product by x fails at 0, so zeros count as 1 in the product p, and
  // p / x stands where none of the others is 0.
  gradient: ({ inputs: [x], dy, attrs }) => {
    const { outer, count, inner } = reductionView(x, attrs.axes);
    const group = reshape(x, [outer, count, inner]);
    const isZero = stopGradient(equal(group, 0));
    const nonZero = add(group, isZero);
    const otherZeros = sub(sum(isZero, 1, true), isZero);
    const rest = mul(div(prod(nonZero, 1, true), nonZero), stopGradient(equal(otherZeros, 0)));
    return [reshape(mul(rest, reshape(dy, [outer, 1, inner])), x.shape)];
  },
  reference: ([x], { axes }) => referenceReduction(x, axes, (group) => group.reduce((a, b) => a * b, 1)),
  test: {
    cases: reductionCases
      .filter(({ shapes }) => sizeOf(shapes[0]!) < 1000)
      .map(({ shapes, axes }) => ({ shapes, attrs: { axes } })),
    domain: { low: 0.5, high: 1.5 },
  },
  work: ([x]) => sizeOf(x!.shape),
});

/** Product over `axes` (default: all). Reduced axes vanish, or stay as 1 with `keepDims`. */
export function prod<X extends Operand>(x: X, axes?: number | readonly number[] | null, keepDims = false): Result<X> {
  return reduceAxes('prod', x, axes, keepDims, (part, range) => op<Operand>([part], { axes: range }));
}

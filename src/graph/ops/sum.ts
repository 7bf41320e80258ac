import { sizeOf } from '../../base/shape.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { type AxisRange, reduceAxes, reducedSpec, reductionCases, reductionView, referenceReduction } from '../reductions.ts';
import { broadcastTo } from './broadcast-to.ts';
import { reshape } from './reshape.ts';
import { scale } from './scale.ts';

/** Elements one thread sums before partial sums are combined; only sums of everything are long enough to be split. */
const splitLength = 8192;

const op = defineOp<{ axes: AxisRange; scale: number }, 1>({
  name: 'sum',
  infer: ([x], { axes }) => reducedSpec('sum', x, axes),
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch, barrier, offset }) => {
    const { outer, count, inner } = reductionView(inputSpecs[0]!, attrs.axes);
    if (scratch === 0) {
      k.sum(inputs[0]!, outputs[0]!, outer, count, inner, attrs.scale);
      return;
    }
    // Fixed pieces, then their sums in order: the bits depend on the length alone, not on who summed which piece.
    const pieces = Math.floor(count / splitLength);
    const rest = count - pieces * splitLength;
    k.sum(inputs[0]!, scratch, pieces, splitLength, 1, 1);
    if (rest > 0) k.sum(offset(inputs[0]!, pieces * splitLength), offset(scratch, pieces), 1, rest, 1, 1);
    barrier();
    k.sum(scratch, outputs[0]!, 1, pieces + (rest > 0 ? 1 : 0), 1, attrs.scale);
  },
  // Every element of a group has the derivative `scale`.
  gradient: ({ inputs: [x], dy, attrs }) => {
    const { outer, count, inner } = reductionView(x, attrs.axes);
    const scaled = attrs.scale === 1 ? dy : scale(dy, attrs.scale);
    return [reshape(broadcastTo(reshape(scaled, [outer, 1, inner]), [outer, count, inner]), x.shape)];
  },
  reference: ([x], { axes, scale }) => referenceReduction(x, axes, (group) => group.reduce((a, b) => a + b, 0) * scale),
  test: { cases: reductionCases.map(({ shapes, axes }, i) => ({ shapes, attrs: { axes, scale: i % 2 === 0 ? 1 : 0.25 } })) },
  scratch: ([x], { axes }) => {
    const { outer, count, inner } = reductionView(x!, axes);
    return outer === 1 && inner === 1 && count >= 4 * splitLength ? Math.ceil(count / splitLength) : 0;
  },
  work: ([x]) => sizeOf(x!.shape),
});

/** Sum over `axes` (default: all), pairwise so that long sums keep their digits. Reduced axes vanish, or stay as 1 with `keepDims`. */
export function sum<X extends Operand>(x: X, axes?: number | readonly number[] | null, keepDims = false): Result<X> {
  return reduceAxes('sum', x, axes, keepDims, (part, range) => op<Operand>([part], { axes: range, scale: 1 }));
}

/** Mean over `axes` (default: all): the sum divided by the number of elements. Reduced axes vanish, or stay as 1 with `keepDims`. */
export function mean<X extends Operand>(x: X, axes?: number | readonly number[] | null, keepDims = false): Result<X> {
  const size = sizeOf(asNode('mean', x).shape);
  return reduceAxes('mean', x, axes, keepDims, (part, range, isLast) => {
    const result = sizeOf(reductionView(asNode('mean', part), range).spec.shape);
    return op<Operand>([part], { axes: range, scale: isLast ? result / size : 1 });
  });
}

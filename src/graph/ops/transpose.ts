import { failShape } from '../../base/fail.ts';
import { stridesOf } from '../../base/shape.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { copyStrided } from '../strided.ts';

const op = defineOp<{ axes: readonly number[] }, 1>({
  name: 'transpose',
  infer: ([x], { axes }) => {
    if (axes.length !== x.shape.length || [...axes].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
      failShape('transpose', `a permutation of the ${x.shape.length} axes`, `[${axes.join(', ')}]`);
    }
    return { shape: axes.map((axis) => x.shape[axis]!), dtype: x.dtype };
  },
  lower: (k, { inputs, outputs, inputSpecs, outputSpecs, attrs, table }) => {
    const { shape, dtype } = outputSpecs[0]!;
    const from = stridesOf(inputSpecs[0]!.shape);
    const words = table([...shape, ...attrs.axes.map((axis) => from[axis]!), ...stridesOf(shape)]);
    copyStrided(k, dtype, inputs[0]!, outputs[0]!, words, shape.length);
  },
  // The gradient goes back by the inverse permutation.
  gradient: ({ dy, attrs: { axes } }) => [
    transpose(
      dy,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  ],
  reference: ([x], { axes }) => {
    const shape = axes.map((axis) => x.shape[axis]!);
    const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
    const data = x.data.map(
      (_, i) => x.data[axes.reduce((at, axis, j) => at + (Math.floor(i / to[j]!) % shape[j]!) * from[axis]!, 0)]!,
    );
    return { shape, data };
  },
  test: {
    cases: [
      { shapes: [[3, 5]], attrs: { axes: [1, 0] } },
      { shapes: [[2, 3, 4]], attrs: { axes: [2, 0, 1] } },
      { shapes: [[2, 3, 4, 5]], attrs: { axes: [0, 2, 1, 3] } },
    ],
    tolerance: 0,
  },
  simplify: ([x], { axes }) => (axes.every((axis, i) => axis === i) ? x : undefined),
});

/** Axes in another order: axis i of the result is axis `axes[i]` of `x`. Default: the last two swapped. */
export function transpose<X extends Operand>(x: X, axes?: readonly number[]): Result<X> {
  const rank = asNode('transpose', x).rank;
  const order = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return op<X>([x], { axes: axes ?? order });
}

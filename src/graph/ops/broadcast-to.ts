import { failShape } from '../../base/fail.ts';
import { broadcastShapes, formatShape, type Shape, sameShape, stridesOf } from '../../base/shape.ts';
import { broadcastReference } from '../broadcasting.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { copyStrided } from '../strided.ts';
import { sumTo } from './sum-to.ts';

const op = defineOp<{ shape: Shape }, 1>({
  name: 'broadcastTo',
  infer: ([x], { shape }) => {
    if (!sameShape(broadcastShapes('broadcastTo', x.shape, shape), shape)) {
      failShape('broadcastTo', `a shape that ${formatShape(x.shape)} stretches to`, formatShape(shape));
    }
    return { shape, dtype: x.dtype };
  },
  lower: (k, { inputs, outputs, inputSpecs, outputSpecs, table }) => {
    const { shape, dtype } = outputSpecs[0]!;
    const from = [...new Array<number>(shape.length - inputSpecs[0]!.shape.length).fill(1), ...inputSpecs[0]!.shape];
    const strides = stridesOf(from).map((stride, axis) => (from[axis] === 1 ? 0 : stride));
    copyStrided(k, dtype, inputs[0]!, outputs[0]!, table([...shape, ...strides, ...stridesOf(shape)]), shape.length);
  },
  // The gradient of a stretched element is the sum over its copies.
  gradient: ({ inputs: [x], dy }) => [sumTo(dy, x.shape)],
  reference: ([x], { shape }) => ({ shape, data: broadcastReference(x, shape) }),
  test: {
    cases: [
      { shapes: [[]], attrs: { shape: [5] } },
      { shapes: [[3]], attrs: { shape: [2, 3] } },
      { shapes: [[2, 1]], attrs: { shape: [2, 5] } },
      { shapes: [[2, 1, 3, 1]], attrs: { shape: [2, 4, 3, 2] } },
    ],
    tolerance: 0,
  },
  simplify: ([x], { shape }) => (sameShape(x.shape, shape) ? x : undefined),
});

/** `x` repeated along its axes of size 1 (and along new leading axes) until it has `shape`. */
export function broadcastTo<X extends Operand>(x: X, shape: Shape): Result<X> {
  return sameShape(asNode('broadcastTo', x).shape, shape) ? (x as Result<X>) : op<X>([x], { shape });
}

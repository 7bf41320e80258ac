import { type Shape, sameShape, sizeOf } from '../../base/shape.ts';
import { inferShape } from '../../base/tensor.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';

const op = defineOp<{ shape: Shape }, 1>({
  name: 'reshape',
  infer: ([x], { shape }) => ({ shape: inferShape('reshape', sizeOf(x.shape), shape), dtype: x.dtype }),
  lower: () => undefined,
  gradient: ({ inputs: [x], dy }) => [reshape(dy, x.shape)],
  reference: ([x], { shape }) => ({ shape: inferShape('reshape', x.data.length, shape), data: x.data }),
  test: {
    cases: [
      { shapes: [[6]], attrs: { shape: [2, 3] } },
      { shapes: [[2, 3, 4]], attrs: { shape: [6, -1] } },
      { shapes: [[1]], attrs: { shape: [] } },
    ],
    tolerance: 0,
  },
  view: true,
  simplify: ([x], { shape }) => (sameShape(x.shape, shape) ? x : undefined),
});

/** The same elements under another shape; one dimension may be −1 and is worked out. No element moves. */
export function reshape<X extends Operand>(x: X, shape: Shape): Result<X> {
  const known = inferShape('reshape', sizeOf(asNode('reshape', x).shape), shape);
  return op<X>([x], { shape: known });
}

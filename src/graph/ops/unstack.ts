import { failShape } from '../../base/fail.ts';
import { formatShape, normalizeAxis, type Shape, sizeOf, stridesOf } from '../../base/shape.ts';
import { refuseUint8 } from '../checks.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { broadcastTo } from './broadcast-to.ts';
import { stack } from './stack.ts';

const without = (shape: Shape, axis: number): Shape => shape.filter((_, i) => i !== axis);

const op = defineOp<{ axis: number }, 1>({
  name: 'unstack',
  infer: ([x], { axis }) => {
    refuseUint8('unstack', x);
    const shape = without(x.shape, axis);
    return Array.from({ length: x.shape[axis]! }, () => ({ shape, dtype: x.dtype }));
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs: { axis }, table, offset }) => {
    const { shape } = inputSpecs[0]!;
    const strides = stridesOf(shape);
    const part = without(shape, axis);
    const words = table([...part, ...without(strides, axis), ...stridesOf(part)]);
    outputs.forEach((y, i) => {
      k.stridedCopy(offset(inputs[0]!, i * strides[axis]!), y, words, part.length);
    });
  },
  // The gradients side by side again, 0 for a part that nothing depends on.
  gradient: ({ outputs, dys, attrs: { axis } }) => [
    stack(
      dys.map((dy, i) => dy ?? broadcastTo(asNode('unstack', 0), outputs[i]!.shape)),
      axis,
    ),
  ],
  reference: ([x], { axis }) => {
    const inner = sizeOf(x.shape.slice(axis + 1));
    const run = x.shape[axis]! * inner;
    return Array.from({ length: x.shape[axis]! }, (_, part) => ({
      shape: without(x.shape, axis),
      data: x.data.filter((_value, i) => Math.floor((i % run) / inner) === part),
    }));
  },
  test: {
    cases: [
      { shapes: [[3]], attrs: { axis: 0 } },
      { shapes: [[4, 5]], attrs: { axis: 0 } },
      { shapes: [[4, 5]], attrs: { axis: 1 } },
      { shapes: [[3, 4, 17]], attrs: { axis: 1 } },
      { shapes: [[2, 3]], attrs: { axis: 1 }, domain: { low: -9, high: 9, dtype: 'int32' } },
    ],
    tolerance: 0,
  },
});

/** The parts of `x` along `axis`, which they no longer have: what {@link stack} puts together again. Shape: […, n, …] → n × […, …]. */
export function unstack<X extends Operand>(x: X, axis = 0): Result<X>[] {
  const { shape } = asNode('unstack', x);
  const at = normalizeAxis('unstack', axis, shape.length);
  if (shape[at] === 0) failShape('unstack', `an axis ${at} of length >= 1`, formatShape(shape));
  return op.all<X>([x], { axis: at });
}

import { failShape } from '../../base/fail.ts';
import { formatShape, type Shape, sizeOf, stridesOf } from '../../base/shape.ts';
import { refuseUint8 } from '../checks.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { pad } from './pad.ts';

const op = defineOp<{ begin: readonly number[]; size: Shape }, 1>({
  name: 'slice',
  infer: ([x], { begin, size }) => {
    refuseUint8('slice', x);
    const fits = begin.length === x.shape.length && size.length === x.shape.length;
    const isInside = (start: number, axis: number): boolean =>
      start >= 0 && size[axis]! >= 0 && start + size[axis]! <= x.shape[axis]!;
    if (!fits || !begin.every(isInside)) {
      failShape(
        'slice',
        `\`begin\` and \`size\` within shape ${formatShape(x.shape)}`,
        `${formatShape(begin)} and ${formatShape(size)}`,
      );
    }
    return { shape: size, dtype: x.dtype };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs: { begin, size }, table, offset }) => {
    const strides = stridesOf(inputSpecs[0]!.shape);
    const start = begin.reduce((at, index, axis) => at + index * strides[axis]!, 0);
    k.stridedCopy(offset(inputs[0]!, start), outputs[0]!, table([...size, ...strides, ...stridesOf(size)]), size.length);
  },
  // What was cut away has no part in the result: its gradient is 0.
  gradient: ({ inputs: [x], dy, attrs: { begin, size } }) => [
    pad(
      dy,
      begin.map((start, axis) => [start, x.shape[axis]! - start - size[axis]!]),
    ),
  ],
  reference: ([x], { begin, size }) => {
    const [from, to] = [stridesOf(x.shape), stridesOf(size)];
    const at = (i: number): number =>
      begin.reduce((sum, start, axis) => sum + (start + (Math.floor(i / to[axis]!) % size[axis]!)) * from[axis]!, 0);
    return { shape: size, data: Float64Array.from({ length: sizeOf(size) }, (_, i) => x.data[at(i)]!) };
  },
  test: {
    cases: [
      { shapes: [[9]], attrs: { begin: [2], size: [5] } },
      { shapes: [[6, 5]], attrs: { begin: [1, 0], size: [3, 5] } },
      { shapes: [[6, 5]], attrs: { begin: [0, 2], size: [6, 1] } },
      { shapes: [[2, 3, 4, 5]], attrs: { begin: [1, 0, 2, 1], size: [1, 3, 2, 3] } },
      { shapes: [[4, 3]], attrs: { begin: [1, 1], size: [2, 2] }, domain: { low: -9, high: 9, dtype: 'int32' } },
    ],
    tolerance: 0,
  },
});

/**
 * The part of `x` that starts at index `begin` and has shape `size`; −1 in `size` means all that is left of the axis.
 *
 * @throws ShapeError when the part is not inside
 */
export function slice<X extends Operand>(x: X, begin: readonly number[], size: readonly number[]): Result<X> {
  const { shape } = asNode('slice', x);
  return op<X>([x], {
    begin,
    size: size.map((length, axis) => (length === -1 ? (shape[axis] ?? 0) - (begin[axis] ?? 0) : length)),
  });
}

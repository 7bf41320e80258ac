import { fail, failShape } from '../../base/fail.ts';
import { formatShape, type Shape, sizeOf, stridesOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import { defineOp, type Operand, type Result } from '../define-op.ts';
import { slice } from './slice.ts';

/** Elements to add before and after each axis. */
type Paddings = readonly (readonly [before: number, after: number])[];

function paddedShape(shape: Shape, paddings: Paddings): Shape {
  return shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
}

/** Index at which the first element of x ends up. */
function firstIndex(paddings: Paddings, strides: readonly number[]): number {
  return paddings.reduce((at, [before], axis) => at + before * strides[axis]!, 0);
}

const op = defineOp<{ paddings: Paddings; value: number }, 1>({
  name: 'pad',
  infer: ([x], { paddings }) => {
    requireFloat32('pad', x);
    if (paddings.length !== x.shape.length)
      failShape('pad', `${x.shape.length} pairs of \`paddings\` for ${formatShape(x.shape)}`, `${paddings.length}`);
    if (!paddings.flat().every((count) => Number.isInteger(count) && count >= 0))
      fail('pad', 'integers >= 0 as `paddings`', JSON.stringify(paddings));
    return { shape: paddedShape(x.shape, paddings), dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, outputSpecs, attrs: { paddings, value }, n, barrier, table, offset }) => {
    const { shape } = inputSpecs[0]!;
    const strides = stridesOf(outputSpecs[0]!.shape);
    k.fill(outputs[0]!, n, value);
    // The copy divides the elements among the threads differently from the filling.
    barrier();
    const words = table([...shape, ...stridesOf(shape), ...strides]);
    k.stridedCopy(inputs[0]!, offset(outputs[0]!, firstIndex(paddings, strides)), words, shape.length);
  },
  gradient: ({ inputs: [x], dy, attrs: { paddings } }) => [
    slice(
      dy,
      paddings.map(([before]) => before),
      x.shape,
    ),
  ],
  reference: ([x], { paddings, value }) => {
    const shape = paddedShape(x.shape, paddings);
    const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
    const data = new Float64Array(sizeOf(shape)).fill(value);
    x.data.forEach((element, i) => {
      const at = (axis: number): number => Math.floor(i / from[axis]!) % x.shape[axis]!;
      data[x.shape.reduce((sum, _, axis) => sum + at(axis) * to[axis]!, firstIndex(paddings, to))] = element;
    });
    return { shape, data };
  },
  test: {
    cases: [
      { shapes: [[3]], attrs: { paddings: [[2, 1]], value: 0 } },
      {
        shapes: [[2, 5]],
        attrs: {
          paddings: [
            [0, 1],
            [1, 0],
          ],
          value: -1.5,
        },
      },
      {
        shapes: [[2, 3, 4]],
        attrs: {
          paddings: [
            [0, 0],
            [1, 2],
            [0, 0],
          ],
          value: 0,
        },
      },
      {
        shapes: [[2, 3, 4]],
        attrs: {
          paddings: [
            [1, 1],
            [0, 0],
            [3, 2],
          ],
          value: 0.5,
        },
      },
    ],
    tolerance: 0,
  },
});

/** `x` with `paddings[axis]` = [before, after] elements of `value` added to each axis. */
export function pad<X extends Operand>(x: X, paddings: Paddings, value = 0): Result<X> {
  return op<X>([x], { paddings, value });
}

import { fail, failShape } from '../../base/fail.ts';
import { type DType, type Shape, sizeOf } from '../../base/shape.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';

interface GatherAttrs {
  readonly scale: number;
  readonly offset: number;
  readonly dtype: DType;
}

/** Shape of the result, and how many rows of how many elements it has. */
function layout(source: { shape: Shape }, indices: { shape: Shape }): { shape: Shape; rows: number; cols: number } {
  const row = source.shape.slice(1);
  return { shape: [...indices.shape, ...row], rows: sizeOf(indices.shape), cols: sizeOf(row) };
}

const op = defineOp<GatherAttrs, 2>({
  name: 'gatherRows',
  infer: ([source, indices], { dtype }) => {
    if (source.shape.length === 0) failShape('gatherRows', 'a `source` of rank >= 1', 'a scalar');
    if (indices.dtype !== 'int32') fail('gatherRows', 'int32 `indices`', indices.dtype, 'convert with ops.cast.');
    if (dtype === 'uint8' || (source.dtype !== 'uint8' && dtype !== source.dtype))
      fail('gatherRows', `rows of type ${source.dtype}`, dtype);
    return { shape: layout(source, indices).shape, dtype };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs: { scale, offset, dtype } }) => {
    const [source, indices, y] = [inputs[0]!, inputs[1]!, outputs[0]!];
    const { rows, cols } = layout(inputSpecs[0]!, inputSpecs[1]!);
    if (inputSpecs[0]!.dtype !== 'uint8') k.gatherRows(source, indices, y, rows, cols);
    else if (dtype === 'int32') k.gatherRowsU8ToI32(source, indices, y, rows, cols);
    else k.gatherRowsU8(source, indices, y, rows, cols, scale, offset);
  },
  gradient: null,
  reference: ([source, indices], { scale, offset }) => {
    const { shape, rows, cols } = layout(source, indices);
    const data = new Float64Array(rows * cols);
    indices.data.forEach((index, row) => {
      data.set(
        source.data.subarray(index * cols, (index + 1) * cols).map((value) => value * scale + offset),
        row * cols,
      );
    });
    return { shape, data };
  },
  test: {
    cases: [
      ...(
        [
          [[5, 3], [4]],
          [[5], [7]],
          [
            [5, 2, 9],
            [2, 3],
          ],
          [[5, 40], [1]],
        ] as const
      ).flatMap((shapes) => [
        gatherCase(shapes, 'float32', 'float32', 1, 0),
        gatherCase(shapes, 'int32', 'int32', 1, 0),
        gatherCase(shapes, 'uint8', 'float32', 1 / 255, -0.5),
        gatherCase(shapes, 'uint8', 'int32', 1, 0),
      ]),
    ],
    nonDifferentiable: [0, 1],
  },
});

function gatherCase(shapes: readonly Shape[], from: DType, dtype: DType, scale: number, offset: number) {
  const values = { low: 0, high: 255, dtype: from };
  return { shapes, attrs: { scale, offset, dtype }, domain: [values, { low: 0, high: 4, dtype: 'int32' as const }] };
}

/** What {@link gatherRows} can do with bytes on the way. */
export interface GatherOptions {
  /** Type of the result of a uint8 source. Default float32; other sources keep their type. */
  readonly dtype?: 'float32' | 'int32';
  /** A byte becomes byte · scale + offset in float32. Default 1 and 0. */
  readonly scale?: number;
  readonly offset?: number;
}

/**
 * The rows of `source` (its first axis) that the int32 `indices` name. Shape: [n, …row], [...i] → [...i, …row]. Indices must lie in
 * 0…n−1: they are not checked, as they are only known when the program runs. Not differentiable.
 */
export function gatherRows<S extends Operand, I extends Operand>(
  source: S,
  indices: I,
  options: GatherOptions = {},
): Result<S | I> {
  const from = asNode('gatherRows', source).dtype;
  if (from !== 'uint8' && (options.scale !== undefined || options.offset !== undefined)) {
    fail('gatherRows', '`scale` and `offset` with a uint8 `source` only', from);
  }
  const { scale = 1, offset = 0, dtype = from === 'uint8' ? 'float32' : from } = options;
  return op<Operand>([source, indices], { scale, offset, dtype }) as Result<S | I>;
}

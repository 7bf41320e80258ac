import { fail, failShape } from '../../base/fail.ts';
import { type DType, type Shape, sizeOf } from '../../base/shape.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { scatterRows } from './scatter-rows.ts';

interface GatherAttrs {
  readonly scale: number;
  readonly offset: number;
  readonly dtype: DType;
  /** What rows of indices outside of the source hold; undefined where its number of rows is not known, and indices are trusted. */
  readonly outside?: number;
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
  lower: (k, { inputs, outputs, inputSpecs, attrs: { scale, offset, dtype, outside } }) => {
    const [source, indices, y] = [inputs[0]!, inputs[1]!, outputs[0]!];
    const { rows, cols } = layout(inputSpecs[0]!, inputSpecs[1]!);
    if (outside !== undefined) {
      const filler = new Int32Array((dtype === 'float32' ? Float32Array : Int32Array).of(outside).buffer)[0]!;
      k.gatherRowsWithin(source, indices, y, rows, cols, inputSpecs[0]!.shape[0]!, filler);
    } else if (inputSpecs[0]!.dtype !== 'uint8') k.gatherRows(source, indices, y, rows, cols);
    else if (dtype === 'int32') k.gatherRowsU8ToI32(source, indices, y, rows, cols);
    else k.gatherRowsU8(source, indices, y, rows, cols, scale, offset);
  },
  // dL/dsource[i] = Σ dy over the rows that were taken from row i.
  gradient: ({ inputs: [source, indices], dy }) => [scatterRows(dy, indices, source.shape[0]!), null],
  reference: ([source, indices], { scale, offset, outside }) => {
    const { shape, rows, cols } = layout(source, indices);
    const data = new Float64Array(rows * cols);
    indices.data.forEach((index, row) => {
      if (outside !== undefined && !(index >= 0 && index < source.shape[0]!)) {
        data.fill(outside, row * cols, (row + 1) * cols);
        return;
      }
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
        // Indices from −1 to 6 into five rows.
        gatherCase(shapes, 'float32', 'float32', 1, 0, 7),
        gatherCase(shapes, 'int32', 'int32', 1, 0, 0),
      ]),
    ],
    nonDifferentiable: [1],
  },
});

function gatherCase(shapes: readonly Shape[], from: DType, dtype: DType, scale: number, offset: number, outside?: number) {
  const values = { low: 0, high: 255, dtype: from };
  const indices = { low: outside === undefined ? 0 : -1, high: outside === undefined ? 4 : 6, dtype: 'int32' as const };
  return { shapes, attrs: { scale, offset, dtype, ...(outside !== undefined && { outside }) }, domain: [values, indices] };
}

/** What {@link gatherRows} can do with bytes on the way. */
export interface GatherOptions {
  /** Type of the result of a uint8 source. Default float32; other sources keep their type. */
  readonly dtype?: 'float32' | 'int32';
  /** A byte becomes byte · scale + offset in float32. Default 1 and 0. */
  readonly scale?: number;
  readonly offset?: number;
  /** What the row of an index outside of 0…n−1 is filled with. Default NaN, or 0 for int32. */
  readonly outside?: number;
}

/**
 * The rows of `source` (its first axis) that the int32 `indices` name. Shape: [n, …row], [...i] → [...i, …row]. An index that is
 * not in 0…n−1 gives a row of `outside`, and no gradient; only those into uint8 rows must be right, and are not checked.
 */
export function gatherRows<S extends Operand, I extends Operand>(
  source: S,
  indices: I,
  options: GatherOptions = {},
): Result<S | I> {
  const rows = asNode('gatherRows', source);
  const from = rows.dtype;
  if (from !== 'uint8' && (options.scale !== undefined || options.offset !== undefined)) {
    fail('gatherRows', '`scale` and `offset` with a uint8 `source` only', from);
  }
  const { scale = 1, offset = 0, dtype = from === 'uint8' ? 'float32' : from } = options;
  // A buffer bound later has a number of rows that nobody knows yet; it holds data sets, whose indices are made here.
  const isChecked = from !== 'uint8' && rows.source.kind !== 'external';
  const outside = isChecked ? { outside: options.outside ?? (from === 'float32' ? Number.NaN : 0) } : {};
  return op<Operand>([source, indices], { scale, offset, dtype, ...outside }) as Result<S | I>;
}

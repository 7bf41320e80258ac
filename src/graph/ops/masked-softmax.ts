import { failShape } from '../../base/fail.ts';
import { formatShape, stridesOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import { defineOp, type Operand, type RefArray, type Result } from '../define-op.ts';
import { softmaxGrad } from './softmax-grad.ts';

interface MaskedSoftmaxAttrs {
  readonly causal: boolean;
}

/** Elements between the mask's rows along batch, heads and rows: 0 where one row serves all. */
function maskStrides({ shape }: Pick<RefArray, 'shape'>): [batch: number, head: number, row: number] {
  const strides = stridesOf(shape);
  const [batch, head, row] = [0, 1, 2].map((axis) => (shape[axis] === 1 ? 0 : strides[axis]!)) as [number, number, number];
  return [batch, head, row];
}

const op = defineOp<MaskedSoftmaxAttrs, number>({
  name: 'maskedSoftmax',
  infer: ([x, mask]) => {
    const { shape } = x!;
    requireFloat32('maskedSoftmax', x!, ...(mask ? [mask] : []));
    if (shape.length !== 4) failShape('maskedSoftmax', 'scores [batch, heads, rows, columns]', formatShape(shape));
    const fits = (size: number, axis: number): boolean => size === shape[axis] || (size === 1 && axis < 3);
    if (mask && !(mask.shape.length === 4 && mask.shape.every(fits))) {
      const expected = `a mask of shape ${formatShape(shape)}, where all but the last size may be 1`;
      failShape('maskedSoftmax', expected, formatShape(mask.shape));
    }
    return { shape, dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs: [x, mask], attrs }) => {
    const [batch, heads, rows, cols] = x!.shape as readonly [number, number, number, number];
    const [maskBatch, maskHead, maskRow] = mask ? maskStrides(mask) : [0, 0, 0];
    const [from, over, to] = [inputs[0]!, inputs[1] ?? 0, outputs[0]!];
    k.maskedSoftmax(from, over, to, batch, heads, rows, cols, maskBatch, maskHead, maskRow, attrs.causal ? 1 : 0);
  },
  // dL/dx = y · (dy − Σ dy·y), which is 0 where y is
  gradient: ({ inputs: [, mask], outputs, dy }) => [softmaxGrad(outputs[0]!, dy), ...(mask ? [null] : [])],
  reference: ([x, mask], attrs) => {
    const { shape, data } = x!;
    const [, heads, rows, cols] = shape as readonly [number, number, number, number];
    const [maskBatch, maskHead, maskRow] = mask ? maskStrides(mask) : [0, 0, 0];
    const result = new Float64Array(data.length);
    for (let start = 0; start < data.length; start += cols) {
      const r = start / cols;
      const place = Math.floor(r / (heads * rows)) * maskBatch + (Math.floor(r / rows) % heads) * maskHead + (r % rows) * maskRow;
      const isKept = (_: number, c: number): boolean => (!attrs.causal || c <= r % rows) && mask?.data[place + c] !== 0;
      const row = data.subarray(start, start + cols);
      const peak = Math.max(...row.filter(isKept));
      const powers = row.map((v, c) => (isKept(v, c) ? Math.exp(v - peak) : 0));
      const total = powers.reduce((a, b) => a + b, 0);
      if (row.some(isKept))
        result.set(
          powers.map((power) => power / total),
          start,
        );
    }
    return { shape, data: result };
  },
  test: {
    cases: (
      [
        [[1, 1, 1, 1]],
        [[2, 3, 4, 5]],
        [[1, 2, 9, 130]],
        [
          [2, 3, 4, 5],
          [2, 1, 1, 5],
        ],
        [
          [2, 3, 4, 7],
          [1, 1, 4, 7],
        ],
        [
          [2, 2, 5, 4],
          [2, 1, 5, 4],
        ],
        [
          [2, 2, 3, 67],
          [2, 2, 3, 67],
        ],
        [
          [1, 1, 3, 1],
          [1, 1, 3, 1],
        ],
      ] as const
    ).flatMap((shapes) => [true, false].map((causal) => ({ shapes, attrs: { causal } }))),
    domain: [
      { low: -4, high: 4 },
      { low: 0, high: 1, integer: true },
    ],
    nonDifferentiable: [1],
  },
  inPlace: [0],
});

/**
 * Softmax of attention scores along the last axis, over the columns that may be attended to; the others get 0, and so does a row
 * without any column left.
 *
 * Shape: [batch, heads, rows, columns] → same.
 *
 * @param mask 0 where a column is left out; of the same shape, where all but the last size may be 1. null leaves none out
 * @param options `causal`: row i does without the columns after i. Default false
 * @throws ShapeError when the scores are not of rank 4 or the mask does not fit them
 */
export function maskedSoftmax<X extends Operand, M extends Operand>(
  x: X,
  mask: M | null,
  { causal = false }: Partial<MaskedSoftmaxAttrs> = {},
): Result<X | M> {
  return op<Operand>(mask === null ? [x] : [x, mask], { causal }) as Result<X | M>;
}

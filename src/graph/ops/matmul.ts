import { failShape } from '../../base/fail.ts';
import { broadcastShapes, formatShape, type Shape, sizeOf, stridesOf } from '../../base/shape.ts';
import { GEMM_SCRATCH_PER_THREAD } from '../../engine/index.ts';
import { requireFloat32 } from '../checks.ts';
import { asNode, defineOp, type Operand, type RefArray, type Result } from '../define-op.ts';
import type { TensorSpec } from '../node.ts';
import { reshape } from './reshape.ts';
import { sumTo } from './sum-to.ts';
import { transpose } from './transpose.ts';

interface MatmulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Sizes of a product: for each element of `batch`, [m, k] times [k, n]. */
function sizes(a: { shape: Shape }, b: { shape: Shape }, { transposeA, transposeB }: MatmulAttrs) {
  const [aRows, aCols] = a.shape.slice(-2) as [number, number];
  const [bRows, bCols] = b.shape.slice(-2) as [number, number];
  return {
    m: transposeA ? aCols : aRows,
    k: transposeA ? aRows : aCols,
    bK: transposeB ? bCols : bRows,
    n: transposeB ? bRows : bCols,
    aCols,
    bCols,
    batch: broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2)),
  };
}

/** For every product of the batch, where its operands begin, in elements. */
function batchOffsets(shape: Shape, batch: Shape): number[] {
  const own = [...new Array<number>(batch.length - (shape.length - 2)).fill(1), ...shape.slice(0, -2)];
  const matrix = sizeOf(shape.slice(-2));
  const strides = stridesOf(own).map((stride, axis) => (own[axis] === 1 ? 0 : stride * matrix));
  const steps = stridesOf(batch);
  return Array.from({ length: sizeOf(batch) }, (_, i) =>
    strides.reduce((offset, stride, axis) => offset + (Math.floor(i / steps[axis]!) % batch[axis]!) * stride, 0),
  );
}

function reference([a, b]: readonly [RefArray, RefArray], attrs: MatmulAttrs): RefArray {
  const { m, n, k, aCols, bCols, batch } = sizes(a, b, attrs);
  const [aOffsets, bOffsets] = [batchOffsets(a.shape, batch), batchOffsets(b.shape, batch)];
  const data = new Float64Array(sizeOf(batch) * m * n);
  data.forEach((_, index) => {
    const [p, i, j] = [Math.floor(index / (m * n)), Math.floor(index / n) % m, index % n];
    let total = 0;
    for (let l = 0; l < k; l++) {
      const left = a.data[aOffsets[p]! + (attrs.transposeA ? l * aCols + i : i * aCols + l)]!;
      total += left * b.data[bOffsets[p]! + (attrs.transposeB ? j * bCols + l : l * bCols + j)]!;
    }
    data[index] = total;
  });
  return { shape: [...batch, m, n], data };
}

const op = defineOp<MatmulAttrs, 2>({
  name: 'matmul',
  infer: ([a, b], attrs) => {
    requireFloat32('matmul', a, b);
    if (a.shape.length < 2 || b.shape.length < 2) {
      failShape('matmul', 'operands of rank >= 2', `${formatShape(a.shape)} and ${formatShape(b.shape)}`);
    }
    const { m, n, k, bK, batch } = sizes(a, b, attrs);
    if (k !== bK) failShape('matmul', `inner dimensions that agree`, `${formatShape(a.shape)} and ${formatShape(b.shape)}`);
    return { shape: [...batch, m, n], dtype: 'float32' };
  },
  lower: (k, { inputs, outputs, inputSpecs, attrs, scratch, epilogue, offset }) => {
    const [a, b] = inputSpecs as readonly [TensorSpec, TensorSpec];
    const { m, n, k: depth, aCols, bCols, batch } = sizes(a, b, attrs);
    const kernel = attrs.transposeA ? 'gemmTN' : attrs.transposeB ? 'gemmNT' : 'gemmNN';
    const [aOffsets, bOffsets] = [batchOffsets(a.shape, batch), batchOffsets(b.shape, batch)];
    for (let p = 0; p < aOffsets.length; p++) {
      const [left, right] = [offset(inputs[0]!, aOffsets[p]!), offset(inputs[1]!, bOffsets[p]!)];
      const product = offset(outputs[0]!, p * m * n);
      k[kernel](left, right, product, epilogue.bias, scratch, m, n, depth, aCols, bCols, n, epilogue.activation, 0);
    }
  },
  // C = A·B: dA = dC·Bᵀ, dB = Aᵀ·dC, and likewise with A or B transposed.
  gradient: ({ inputs: [a, b], dy, attrs: { transposeA, transposeB } }) => {
    const da = transposeA
      ? matmul(b, dy, { transposeA: transposeB, transposeB: true })
      : matmul(dy, b, { transposeB: !transposeB });
    const db = transposeB
      ? matmul(dy, a, { transposeA: true, transposeB: transposeA })
      : matmul(a, dy, { transposeA: !transposeA });
    return [sumTo(da, a.shape), sumTo(db, b.shape)];
  },
  reference,
  test: {
    cases: (
      [
        [
          [1, 1],
          [1, 1],
        ],
        [
          [4, 2],
          [2, 8],
        ],
        [
          [5, 7],
          [7, 9],
        ],
        [
          [33, 17],
          [17, 19],
        ],
        [
          [2, 3, 4],
          [2, 4, 5],
        ],
        [
          [2, 1, 3, 4],
          [5, 4, 6],
        ],
      ] as const
    ).flatMap(([a, b]) => {
      const swap = (shape: Shape): Shape => [...shape.slice(0, -2), shape[shape.length - 1]!, shape[shape.length - 2]!];
      return [
        { shapes: [a, b], attrs: { transposeA: false, transposeB: false } },
        { shapes: [swap(a), b], attrs: { transposeA: true, transposeB: false } },
        { shapes: [a, swap(b)], attrs: { transposeA: false, transposeB: true } },
      ];
    }),
  },
  acceptsEpilogue: true,
  scratch: (_inputs, _attrs, threads) => GEMM_SCRATCH_PER_THREAD * threads,
  work: ([a, b], attrs) => {
    const { m, n, k, batch } = sizes(a!, b!, attrs);
    return 2 * m * n * k * sizeOf(batch);
  },
});

/**
 * Matrix product over the last two axes; leading axes are batch axes and broadcast. A tensor of rank > 2 times a matrix is one product.
 *
 * @param options `transposeA`, `transposeB`: use the operand's last two axes swapped. Default false
 * @throws ShapeError when the inner dimensions differ or an operand has rank < 2
 */
export function matmul<A extends Operand, B extends Operand>(
  a: A,
  b: B,
  options: { transposeA?: boolean; transposeB?: boolean } = {},
): Result<A | B> {
  const attrs = { transposeA: options.transposeA ?? false, transposeB: options.transposeB ?? false };
  const [left, right] = [asNode('matmul', a).shape, asNode('matmul', b).shape];
  // No kernel takes both operands transposed; gradients of transposed products may ask for it.
  if (attrs.transposeA && attrs.transposeB)
    return matmul<Operand, Operand>(transpose<Operand>(a), b, { transposeB: true }) as Result<A | B>;
  if (left.length > 2 && right.length === 2 && !attrs.transposeA) {
    const product = op<Operand>([reshape<Operand>(a, [-1, left[left.length - 1]!]), b], attrs);
    return reshape<Operand>(product, [...left.slice(0, -1), asNode('matmul', product).shape[1]!]) as Result<A | B>;
  }
  return op<Operand>([a, b], attrs) as Result<A | B>;
}

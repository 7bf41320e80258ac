import { fail, failShape } from '../../base/fail.ts';
import { formatShape, type Shape, sizeOf } from '../../base/shape.ts';
import { GEMM_SCRATCH_PER_THREAD } from '../../engine/index.ts';
import { requireFloat32 } from '../checks.ts';
import { asNode, defineOp, type Operand, type RefArray, type Result } from '../define-op.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';

/** For a, b and the result: whether heads lie inside the rows, [batch, rows, heads, columns], or before them. */
type HeadsInside = readonly [a: boolean, b: boolean, result: boolean];

interface BatchMatmulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly headsInside: HeadsInside;
}

/** How the matrices of one operand lie: how many there are, of which size, and how many elements apart. */
interface Layout {
  readonly batch: number;
  readonly heads: number;
  readonly rows: number;
  readonly cols: number;
  readonly perBatch: number;
  readonly perHead: number;
  readonly perRow: number;
}

function layoutOf(shape: Shape, headsInside: boolean): Layout {
  const [batch, second, third, cols] = shape as readonly [number, number, number, number];
  const [heads, rows] = headsInside ? [third, second] : [second, third];
  const [perHead, perRow] = headsInside ? [cols, heads * cols] : [rows * cols, cols];
  return { batch, heads, rows, cols, perBatch: heads * rows * cols, perHead, perRow };
}

/** Sizes of the products, and how operands and result lie. */
function plan(a: { shape: Shape }, b: { shape: Shape }, { transposeA, transposeB, headsInside }: BatchMatmulAttrs) {
  const [left, right] = [layoutOf(a.shape, headsInside[0]), layoutOf(b.shape, headsInside[1])];
  const [m, k] = transposeA ? [left.cols, left.rows] : [left.rows, left.cols];
  const [bK, n] = transposeB ? [right.cols, right.rows] : [right.rows, right.cols];
  const { batch, heads } = left;
  const shape = headsInside[2] ? [batch, m, heads, n] : [batch, heads, m, n];
  return { m, n, k, bK, left, right, shape, result: layoutOf(shape, headsInside[2]) };
}

function reference([a, b]: readonly [RefArray, RefArray], attrs: BatchMatmulAttrs): RefArray {
  const { m, n, k, left, right, shape, result } = plan(a, b, attrs);
  const data = new Float64Array(sizeOf(shape));
  const at = ({ perBatch, perHead, perRow }: Layout, p: number, h: number, row: number, col: number): number =>
    p * perBatch + h * perHead + row * perRow + col;
  for (let p = 0; p < result.batch; p++) {
    for (let h = 0; h < result.heads; h++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let total = 0;
          for (let l = 0; l < k; l++) {
            const x = a.data[attrs.transposeA ? at(left, p, h, l, i) : at(left, p, h, i, l)]!;
            total += x * b.data[attrs.transposeB ? at(right, p, h, j, l) : at(right, p, h, l, j)]!;
          }
          data[at(result, p, h, i, j)] = total;
        }
      }
    }
  }
  return { shape, data };
}

/** [batch, heads, m, k] · [batch, heads, k, n] that the op is tested with. */
const testSizes: readonly (readonly [batch: number, heads: number, m: number, k: number, n: number])[] = [
  [1, 1, 1, 1, 1],
  [2, 3, 4, 5, 6],
  [3, 1, 7, 17, 19],
  [1, 2, 33, 3, 2],
  [1, 5, 2, 40, 9],
];

const op = defineOp<BatchMatmulAttrs, 2>({
  name: 'batchMatmul',
  infer: ([a, b], attrs) => {
    requireFloat32('batchMatmul', a, b);
    const got = `${formatShape(a.shape)} and ${formatShape(b.shape)}`;
    if (a.shape.length !== 4 || b.shape.length !== 4) failShape('batchMatmul', 'operands of rank 4, or both of rank 3', got);
    const { k, bK, left, right, shape } = plan(a, b, attrs);
    if (left.batch !== right.batch || left.heads !== right.heads) {
      failShape('batchMatmul', 'operands with the same number of matrices', got);
    }
    if (k !== bK) failShape('batchMatmul', 'inner dimensions that agree', got);
    return { shape, dtype: 'float32' };
  },
  lower: (emitter, { inputs, outputs, inputSpecs, attrs, scratch }) => {
    const { m, n, k, left, right, result } = plan(inputSpecs[0]!, inputSpecs[1]!, attrs);
    const kernel = attrs.transposeA ? 'gemmBatchTN' : attrs.transposeB ? 'gemmBatchNT' : 'gemmBatchNN';
    const strides = [left, right, result].flatMap(({ perBatch, perHead, perRow }) => [perBatch, perHead, perRow]);
    const [aBatch, aHead, lda, bBatch, bHead, ldb, cBatch, cHead, ldc] = strides as NineStrides;
    const [a, b, c] = [inputs[0]!, inputs[1]!, outputs[0]!];
    const { batch, heads } = result;
    emitter[kernel](a, b, c, scratch, batch, heads, m, n, k, aBatch, aHead, lda, bBatch, bHead, ldb, cBatch, cHead, ldc);
  },
  // C = A·B: dA = dC·Bᵀ, dB = Aᵀ·dC, and likewise with A or B transposed.
  gradient: ({ inputs: [a, b], dy, attrs: { transposeA, transposeB, headsInside } }) => {
    const [inA, inB, inC] = headsInside;
    return [
      transposeA
        ? batchMatmul(b, dy, { transposeA: transposeB, transposeB: true, headsInside: [inB, inC, inA] })
        : batchMatmul(dy, b, { transposeB: !transposeB, headsInside: [inC, inB, inA] }),
      transposeB
        ? batchMatmul(dy, a, { transposeA: true, transposeB: transposeA, headsInside: [inC, inA, inB] })
        : batchMatmul(a, dy, { transposeA: !transposeA, headsInside: [inA, inC, inB] }),
    ];
  },
  reference,
  test: {
    cases: testSizes.flatMap(([batch, heads, m, k, n]) =>
      (
        [
          [false, false, false],
          [true, true, false],
          [false, true, true],
          [true, false, true],
        ] as const
      ).flatMap((headsInside) => {
        const shape = (isInside: boolean, rows: number, cols: number): Shape =>
          isInside ? [batch, rows, heads, cols] : [batch, heads, rows, cols];
        return [
          { transposeA: false, transposeB: false },
          { transposeA: true, transposeB: false },
          { transposeA: false, transposeB: true },
        ].map((transposes) => ({
          shapes: [
            transposes.transposeA ? shape(headsInside[0], k, m) : shape(headsInside[0], m, k),
            transposes.transposeB ? shape(headsInside[1], n, k) : shape(headsInside[1], k, n),
          ],
          attrs: { ...transposes, headsInside },
        }));
      }),
    ),
  },
  scratch: (_inputs, _attrs, threads) => GEMM_SCRATCH_PER_THREAD * threads,
  work: ([a, b], attrs) => {
    const { m, n, k, result } = plan(a!, b!, attrs);
    return 2 * m * n * k * result.batch * result.heads;
  },
});

type NineStrides = [number, number, number, number, number, number, number, number, number];

/** How {@link batchMatmul} reads its operands and writes its result. */
export interface BatchMatmulOptions {
  /** Use the matrices of a transposed. Default false. */
  readonly transposeA?: boolean;
  /** Use the matrices of b transposed. Default false. */
  readonly transposeB?: boolean;
  /**
   * For a, b and the result: true where heads lie inside the rows, [batch, rows, heads, columns], as a projection to several heads leaves
   * them; false for [batch, heads, rows, columns]. Default false.
   */
  readonly headsInside?: HeadsInside;
}

/**
 * The matrix product of every item and head of a batch, in one kernel whatever their number and without copying heads together.
 *
 * Shape: [batch, heads, m, k] · [batch, heads, k, n] → [batch, heads, m, n], or the same without heads; other layouts by `headsInside`.
 *
 * @throws ShapeError when sizes do not agree or the rank is neither 3 nor 4
 */
export function batchMatmul<A extends Operand, B extends Operand>(a: A, b: B, options: BatchMatmulOptions = {}): Result<A | B> {
  const { transposeA = false, transposeB = false, headsInside = [false, false, false] } = options;
  const [left, right] = [asNode('batchMatmul', a).shape, asNode('batchMatmul', b).shape];
  if (left.length === 3 && right.length === 3) {
    if (headsInside.includes(true)) fail('batchMatmul', 'operands of rank 4 with `headsInside`', 'operands of rank 3');
    const withHead = (shape: Shape): Shape => [shape[0]!, 1, ...shape.slice(1)];
    const product = batchMatmul<Operand, Operand>(
      reshape<Operand>(a, withHead(left)),
      reshape<Operand>(b, withHead(right)),
      options,
    );
    const [batch, , ...rest] = asNode('batchMatmul', product).shape;
    return reshape<Operand>(product, [batch!, ...rest]) as Result<A | B>;
  }
  // No kernel takes both operands transposed.
  if (transposeA && transposeB && left.length === 4) {
    const order = headsInside[0] ? [0, 3, 2, 1] : [0, 1, 3, 2];
    return batchMatmul<Operand, Operand>(transpose<Operand>(a, order), b, { transposeB, headsInside }) as Result<A | B>;
  }
  return op<Operand>([a, b], { transposeA, transposeB, headsInside }) as Result<A | B>;
}

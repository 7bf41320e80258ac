/** @file The family of binary elementwise ops: numpy's broadcasting forward, and sums over what was stretched backward. */

import { failShape } from '../base/fail.ts';
import { broadcastShapes, formatShape, type Shape, sameShape } from '../base/shape.ts';
import { broadcastReference, planeOf } from './broadcasting.ts';
import { requireFloat32 } from './checks.ts';
import { asNode, defineOp, type Operand, type OpRecord, type OpTest, type Result } from './define-op.ts';
import type { Node } from './node.ts';
import { broadcastTo } from './ops/broadcast-to.ts';
import { sumTo } from './ops/sum-to.ts';

/** Kernels of the form y = f(a, b) on a two-dimensional view. */
type BinaryKernel =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'maximum'
  | 'minimum'
  | 'pow'
  | 'squaredDifference'
  | 'equal'
  | 'notEqual'
  | 'less'
  | 'lessEqual'
  | 'greater'
  | 'greaterEqual';

/** What is special about a binary elementwise op. */
export interface BinaryOptions {
  /** Its own and its kernel's name. */
  readonly name: BinaryKernel;
  /** The function in float64. */
  readonly reference: (a: number, b: number) => number;
  /** dL/da and dL/db at the shape of the result; the family sums them back to the operands' shapes. */
  readonly gradient: null | ((call: { a: Node; b: Node; y: Node; dy: Node }) => readonly [Node, Node]);
  readonly test?: Partial<OpTest<object>>;
  readonly record?: Partial<Pick<OpRecord<object, 2>, 'epilogue' | 'simplify'>>;
}

/** Operands of every kind a kernel treats differently; all of them are two-dimensional after folding. */
const broadcastCases: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[7], [7]],
  [[1030], [1030]],
  [[3, 5], []],
  [[], [9]],
  [[3, 5], [5]],
  [[6], [4, 6]],
  [
    [4, 1],
    [1, 3],
  ],
  [
    [5, 1],
    [5, 6],
  ],
  [[2, 3, 4], [4]],
  [
    [2, 3, 4],
    [2, 1, 1],
  ],
];

/** Defines `y = f(a, b)` with numpy's broadcasting. */
export function defineBinary(options: BinaryOptions) {
  const { name, gradient } = options;
  const op = defineOp<object, 2>({
    name,
    infer: ([a, b]) => {
      requireFloat32(name, a, b);
      const shape = broadcastShapes(name, a.shape, b.shape);
      if (!planeOf(a.shape, b.shape, shape)) {
        failShape(name, 'operands that broadcast on two axes', `${formatShape(a.shape)} and ${formatShape(b.shape)}`);
      }
      return { shape, dtype: 'float32' };
    },
    lower: (k, { inputs, outputs, inputSpecs, outputSpecs, n }) => {
      const plane = planeOf(inputSpecs[0]!.shape, inputSpecs[1]!.shape, outputSpecs[0]!.shape)!;
      const { rows, cols, aRow, aCol, bRow, bCol } = plane;
      // A chain hands its chunk length in `n`, so the single-row case must use it.
      if (rows === 1) k[name](inputs[0]!, inputs[1]!, outputs[0]!, 1, n, 0, aCol, 0, bCol);
      else k[name](inputs[0]!, inputs[1]!, outputs[0]!, rows, cols, aRow, aCol, bRow, bCol);
    },
    gradient:
      gradient &&
      (({ inputs: [a, b], outputs, dy }) => {
        const [da, db] = gradient({ a, b, y: outputs[0]!, dy });
        return [sumTo(da, a.shape), sumTo(db, b.shape)];
      }),
    reference: ([a, b]) => {
      const shape = broadcastShapes(name, a.shape, b.shape);
      const [left, right] = [broadcastReference(a, shape), broadcastReference(b, shape)];
      return { shape, data: left.map((value, i) => options.reference(value, right[i]!)) };
    },
    test: { cases: broadcastCases.map((shapes) => ({ shapes, attrs: {} })), ...options.test },
    elementwise: true,
    inPlace: [0, 1],
    ...options.record,
  });
  return <A extends Operand, B extends Operand>(a: A, b: B): Result<A | B> => {
    const [left, right] = [asNode(name, a).shape, asNode(name, b).shape];
    const shape = broadcastShapes(name, left, right);
    // Where two axes are not enough for a kernel, the smaller operand is stretched first; the other may then fit or not.
    const stretchA = !planeOf(left, right, shape) && !sameShape(left, shape);
    const stretchB = !planeOf(stretchA ? shape : left, right, shape);
    return op<Operand>(
      [stretchA ? broadcastTo<Operand>(a, shape) : a, stretchB ? broadcastTo<Operand>(b, shape) : b],
      {},
    ) as Result<A | B>;
  };
}

/**
 * @file The families most elementwise ops belong to: a record of such an op needs only what is its own. Binary ops have their
 * family in `binary.ts`, because summing their gradients back to the operands' shapes takes ops that are made here.
 */

import { failShape } from '../base/fail.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import type { Emitter, Int, Pointer } from '../engine/index.ts';
import { requireFloat32 } from './checks.ts';
import {
  defineOp,
  type Op,
  type Operand,
  type OpRecord,
  type OpTest,
  type RefArray,
  type Result,
  type Tuple,
} from './define-op.ts';
import type { Node, TensorSpec } from './node.ts';

/** Shapes every elementwise op is tested with: lengths around the vector and chunk sizes, and a scalar. */
const elementwiseShapes: readonly Shape[] = [[], [1], [3], [4], [5], [2, 3], [17], [3, 7, 5], [1030]];

/** Facts an elementwise op may add to its record. */
type OwnFacts<A extends object, N extends number> = Partial<Pick<OpRecord<A, N>, 'epilogue' | 'simplify' | 'lossActivation'>>;

/** What is special about an elementwise op of several inputs of one shape. */
export interface ElementwiseOptions<A extends object, N extends number> {
  readonly name: string;
  readonly arity: N;
  /** Emits the kernel. */
  readonly kernel: (k: Emitter, inputs: Tuple<Pointer, N>, y: Pointer, n: Int, attrs: A) => void;
  /** The function in float64, of one element of each input. */
  readonly reference: (elements: Tuple<number, N>, attrs: A) => number;
  /** See {@link OpRecord}; null for an input says that its gradient is zero almost everywhere. */
  readonly gradient: OpRecord<A, N>['gradient'];
  /** Attributes to test with. */
  readonly attrs?: readonly A[];
  readonly test?: Partial<OpTest<A>>;
  readonly record?: OwnFacts<A, N>;
}

/** Defines `y[i] = f(a[i], b[i], …)` for inputs of equal shape. */
export function defineElementwise<A extends object, N extends number>(options: ElementwiseOptions<A, N>): Op<A, N> {
  const { name, arity } = options;
  return defineOp<A, N>({
    name,
    infer: (inputs) => {
      const specs: readonly TensorSpec[] = inputs;
      requireFloat32(name, ...specs);
      const { shape } = specs[0]!;
      if (!specs.every((spec) => sameShape(spec.shape, shape))) {
        failShape(name, 'inputs of one shape', specs.map((spec) => formatShape(spec.shape)).join(' and '));
      }
      return { shape, dtype: 'float32' };
    },
    lower: (k, { inputs, outputs, n, attrs }) => options.kernel(k, inputs as Tuple<Pointer, N>, outputs[0]!, n, attrs),
    gradient: options.gradient,
    reference: (inputs, attrs) => {
      const arrays: readonly RefArray[] = inputs;
      const { shape, data } = arrays[0]!;
      return {
        shape,
        data: data.map((_, i) =>
          options.reference(arrays.map((array) => array.data[i]!) as readonly number[] as Tuple<number, N>, attrs),
        ),
      };
    },
    test: {
      cases: (options.attrs ?? [{} as A]).flatMap((attrs) =>
        elementwiseShapes.map((shape) => ({ shapes: new Array<Shape>(arity).fill(shape), attrs })),
      ),
      ...options.test,
    },
    elementwise: true,
    inPlace: Array.from({ length: arity }, (_, i) => i),
    ...options.record,
  });
}

/** What is special about a unary elementwise op. */
export interface UnaryOptions<A extends object> {
  readonly name: string;
  /** Emits the kernel. */
  readonly kernel: (k: Emitter, x: Pointer, y: Pointer, n: Int, attrs: A) => void;
  /** The function in float64. */
  readonly reference: (x: number, attrs: A) => number;
  /** dL/dx from x, y and dL/dy; null when the function has no useful derivative. */
  readonly gradient: null | ((call: { x: Node; y: Node; dy: Node; attrs: A }) => Node);
  /** Attributes to test with. */
  readonly attrs?: readonly A[];
  readonly test?: Partial<OpTest<A>>;
  readonly record?: OwnFacts<A, 1>;
}

/** Defines `y[i] = f(x[i])`. */
export function defineUnary<A extends object = object>(options: UnaryOptions<A>) {
  const { name, kernel, reference, gradient, attrs, test, record } = options;
  const op = defineElementwise<A, 1>({
    name,
    arity: 1,
    kernel: (k, [x], y, n, given) => kernel(k, x, y, n, given),
    reference: ([x], given) => reference(x, given),
    gradient: gradient && (({ inputs: [x], outputs, dy, attrs: given }) => [gradient({ x, y: outputs[0]!, dy, attrs: given })]),
    ...(attrs && { attrs }),
    ...(test && { test }),
    ...(record && { record }),
  });
  return <X extends Operand>(x: X, ...given: object extends A ? [attrs?: A] : [attrs: A]): Result<X> =>
    op<X>([x], given[0] ?? ({} as A));
}

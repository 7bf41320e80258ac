/**
 * @file What an op is: one record that holds its shape rule, its kernels, its gradient, an obvious float64 reference and the
 * inputs to test it with. Facts the compiler needs are properties of the record; nothing elsewhere asks for an op's name.
 */

import { describe, fail } from '../base/fail.ts';
import type { Shape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Emitter, Int, Pointer } from '../engine/index.ts';
import { constantNode, Node, OpCall, type TensorSpec } from './node.ts';
import { evaluateEagerly, isTracing } from './trace.ts';
import { Variable } from './variable.ts';

/** What an op accepts: a node or a variable while tracing, a tensor or a number anywhere. */
export type Operand = Node | Variable | Tensor | number;

/** A node when any operand is one (or a variable), otherwise a tensor computed on the spot. */
export type Result<X> = [Extract<X, Node | Variable>] extends [never] ? Tensor : Node;

/** A tuple of `N` elements, so that a gradient of the wrong length does not compile; `number` means any count. */
export type Tuple<T, N extends number> = number extends N ? readonly T[] : TupleOf<T, N, []>;
type TupleOf<T, N extends number, Built extends readonly T[]> = Built['length'] extends N
  ? Built
  : TupleOf<T, N, readonly [...Built, T]>;

/** A float64 array with a shape: what references compute with. */
export interface RefArray {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** What a gradient rule sees of a call. `dys` are the gradients of the outputs; one that no loss depends on is null. */
export interface GradientCall<A, N extends number> {
  readonly inputs: Tuple<Node, N>;
  readonly outputs: readonly Node[];
  readonly dys: readonly (Node | null)[];
  /** Gradient of the first output. Zeros are never passed: a call none of whose outputs matters is skipped. */
  readonly dy: Node;
  readonly attrs: A;
}

/** What an op's `lower` sees: addresses instead of nodes. */
export interface Lowering<A> {
  readonly inputs: readonly Pointer[];
  readonly outputs: readonly Pointer[];
  readonly inputSpecs: readonly TensorSpec[];
  readonly outputSpecs: readonly TensorSpec[];
  readonly attrs: A;
  /** Address of the scratch memory the record asked for, 0 if none. */
  readonly scratch: number;
  /** Elements of the first output: a number, or in a fused chain the length of the chunk. */
  readonly n: Int;
  /** Makes what was emitted so far visible to all threads before what follows: for ops of several dependent kernels. */
  barrier(): void;
  /** A pointer `elements` further on, in 4-byte elements. */
  offset(pointer: Pointer, elements: number): Pointer;
  /** Address of constant words that stay as they are for the life of the program. */
  table(words: readonly number[]): number;
  /** What a fused epilogue adds after the op itself, for ops with `acceptsEpilogue`. */
  readonly epilogue: Epilogue;
}

/** Work that a matrix product does on its way out. */
export interface Epilogue {
  /** Address of a row that is added to every row, 0 if none. */
  readonly bias: Pointer;
  /** One of the kernels' activation codes. */
  readonly activation: number;
}

/** One way to call an op in its tests. */
export interface OpTestCase<A> {
  readonly shapes: readonly Shape[];
  readonly attrs: A;
  /** Range and type of this case's inputs, where they differ from those of the op. */
  readonly domain?: Domain | readonly Domain[];
}

/** Inputs an op is tested with. */
export interface OpTest<A> {
  readonly cases: readonly OpTestCase<A>[];
  /** Range of the random inputs, one for all or one each. Default [−2, 2]. A range of integers has both ends included. */
  readonly domain?: Domain | readonly Domain[];
  /** Points where the function is not differentiable: gradient checks stay away from them. */
  readonly kinks?: readonly number[];
  /** Inputs that tests must not differentiate by (labels). */
  readonly nonDifferentiable?: readonly number[];
  /** Tolerance of the forward result, relative to the largest magnitude involved. Default 2e-6; 0 asks for the float32 nearest to it. */
  readonly tolerance?: number;
  /** Set where two inputs that lie close together (a tie) make the gradient jump. */
  readonly ties?: true;
  /** Why values such as Infinity and NaN are not fed to it, where they are not. */
  readonly noExtremes?: string;
}

/** A range of random test inputs. */
export interface Domain {
  readonly low: number;
  readonly high: number;
  readonly dtype?: 'float32' | 'int32' | 'uint8';
  /** Whole numbers although the type is float32. */
  readonly integer?: true;
}

/** Everything there is to know about an op. */
export interface OpRecord<A extends object = object, N extends number = number> {
  /** Unique, in camelCase. */
  readonly name: string;
  /** Output shape and type from those of the inputs, one or a list. Refuses what does not fit. */
  infer(inputs: Tuple<TensorSpec, N>, attrs: A): TensorSpec | readonly TensorSpec[];
  /** Emits the kernels that compute the outputs. */
  lower(k: Emitter, call: Lowering<A>): void;
  /** Gradients of the inputs from those of the outputs; null says "not differentiable", as a whole or for an input. */
  readonly gradient: null | ((call: GradientCall<A, N>) => Tuple<Node | null, N>);
  /** The same computation, obvious and slow, in float64. */
  reference(inputs: Tuple<RefArray, N>, attrs: A): RefArray | readonly RefArray[];
  /** What to test it with. */
  readonly test: OpTest<A>;

  /** Element i of the output depends on element i of the inputs alone: may join a fused chain. */
  readonly elementwise?: true;
  /** Inputs over whose buffer the first output may be written. */
  readonly inPlace?: readonly number[];
  /** The output is the first input under another shape: no kernel runs. */
  readonly view?: true;
  /** Inputs (variables) the op changes; such an op runs after everything else of its program. */
  readonly writes?: (inputCount: number, attrs: A) => readonly number[];
  /** float32 elements of scratch memory, for all threads together. */
  readonly scratch?: (inputs: readonly TensorSpec[], attrs: A, threads: number) => number;
  /** Approximate cost in floating-point operations; default: the elements it touches. */
  readonly work?: (inputs: readonly TensorSpec[], attrs: A) => number;
  /** An equal but simpler node, if there is one. */
  readonly simplify?: (inputs: Tuple<Node, N>, attrs: A) => Node | undefined;
  /** Can add a bias row and apply an activation as it writes its result. */
  readonly acceptsEpilogue?: true;
  /** This elementwise op can be such an epilogue: the kernels' code for it, or 'bias' for the addition of a row. */
  readonly epilogue?: number | 'bias';
  /** Its inputs when it is recognized in a graph as the last step before a loss, see `src/losses`. */
  readonly lossActivation?: 'softmax' | 'sigmoid';
}

/** An op that can be called: with nodes it extends the graph, with tensors and numbers it computes at once. */
export interface Op<A extends object, N extends number> {
  <X extends Operand>(inputs: Tuple<X, N>, attrs: A): Result<X>;
  /** All outputs of an op that has several. */
  all<X extends Operand>(inputs: Tuple<X, N>, attrs: A): Result<X>[];
  readonly record: OpRecord<A, N>;
}

/** Every op defined so far, by name; tests walk this list. */
export const opRegistry = new Map<string, OpRecord>();

/** The node for an operand: numbers and tensors become constants. */
export function asNode(where: string, operand: Operand): Node {
  if (operand instanceof Node) return operand;
  if (typeof operand === 'number') return constantNode(new Tensor(Float32Array.of(operand), []));
  if (operand instanceof Tensor) return constantNode(operand);
  if (operand instanceof Variable) {
    if (isTracing()) return operand.node;
    return fail(
      where,
      'a variable to be used while tracing',
      operand.toString(),
      'call the function through jit, or pass variable.read().',
    );
  }
  return fail(where, 'a Node, a Tensor or a number', describe(operand));
}

/**
 * Makes an op of its record.
 *
 * @throws MyelinError when an op of that name exists
 */
export function defineOp<A extends object, N extends number>(record: OpRecord<A, N>): Op<A, N> {
  if (opRegistry.has(record.name)) fail('defineOp', 'a name no other op has', `'${record.name}'`);
  // The registry forgets the types of attributes and arity, which only the record's own functions use.
  const erased = record as unknown as OpRecord;
  opRegistry.set(record.name, erased);
  const all = (operands: readonly Operand[], attrs: A): (Node | Tensor)[] => {
    const inputs = operands.map((operand) => asNode(record.name, operand));
    const call = new OpCall(erased, inputs, attrs);
    if (operands.some((operand) => operand instanceof Node) || isTracing()) return [...call.outputs];
    return evaluateEagerly(call);
  };
  const first = (operands: readonly Operand[], attrs: A) => all(operands, attrs)[0];
  return Object.assign(first, { all, record }) as unknown as Op<A, N>;
}

/**
 * @file The graph: nodes are values that will exist when a program runs, calls are the ops that make them. Tracing a function
 * builds such a graph; nothing is computed until the compiler has turned it into a program.
 */

import type { DType, Shape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import type { OpRecord } from './define-op.ts';
import type { Variable } from './variable.ts';

/** What is known of a value before it exists. */
export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Where a node's value comes from. */
export type Source =
  | { readonly kind: 'op'; readonly call: OpCall; readonly index: number }
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'external'; readonly name: string }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'constant'; readonly tensor: Tensor };

let nextId = 0;

/** A value of the graph: its shape and element type are known, its elements are not. */
export class Node implements TensorSpec {
  /** Rises with creation, so that ordering by it is a topological order. */
  readonly id: number = nextId++;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly source: Source;

  constructor(spec: TensorSpec, source: Source) {
    this.shape = spec.shape;
    this.dtype = spec.dtype;
    this.source = source;
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }
}

/** One use of an op: its inputs, attributes and the nodes it makes. */
export class OpCall {
  readonly op: OpRecord;
  readonly inputs: readonly Node[];
  readonly attrs: object;
  readonly outputs: readonly Node[];

  constructor(op: OpRecord, inputs: readonly Node[], attrs: object) {
    this.op = op;
    this.inputs = inputs;
    this.attrs = attrs;
    const inferred = op.infer(inputs, attrs);
    const specs = Array.isArray(inferred) ? (inferred as readonly TensorSpec[]) : [inferred as TensorSpec];
    this.outputs = specs.map((spec, index) => new Node(spec, { kind: 'op', call: this, index }));
  }

  /** The same op with other inputs. */
  with(inputs: readonly Node[]): OpCall {
    return new OpCall(this.op, inputs, this.attrs);
  }
}

/** A node whose value is given at every run. */
export function inputNode(name: string, spec: TensorSpec): Node {
  return new Node(spec, { kind: 'input', name });
}

/** A node that stands for a buffer outside the program, bound (and re-bound) between runs without compiling again. */
export function externalNode(name: string, spec: TensorSpec): Node {
  return new Node(spec, { kind: 'external', name });
}

/** A node whose elements are known now. */
export function constantNode(tensor: Tensor): Node {
  return new Node(tensor, { kind: 'constant', tensor });
}

/** The call that makes a node, if an op makes it. */
export function callOf(node: Node): OpCall | undefined {
  return node.source.kind === 'op' ? node.source.call : undefined;
}

/** The elements of a node that is constant, else undefined. */
export function constantOf(node: Node): Tensor | undefined {
  return node.source.kind === 'constant' ? node.source.tensor : undefined;
}

/** Every call that `roots` (nodes) and `effects` (calls) need, each after those it needs itself. */
export function topologicalOrder(roots: readonly Node[], effects: readonly OpCall[] = []): OpCall[] {
  const order: OpCall[] = [];
  const seen = new Set<OpCall>();
  // An explicit stack: recurrent networks unrolled over time are deeper than the call stack.
  const visit = (start: OpCall): void => {
    const stack: { call: OpCall; next: number }[] = [];
    const enter = (call: OpCall): void => {
      if (seen.has(call)) return;
      seen.add(call);
      stack.push({ call, next: 0 });
    };
    enter(start);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (top.next < top.call.inputs.length) {
        const producer = callOf(top.call.inputs[top.next++]!);
        if (producer) enter(producer);
      } else {
        order.push(top.call);
        stack.pop();
      }
    }
  };
  for (const root of roots) {
    const call = callOf(root);
    if (call) visit(call);
  }
  for (const effect of effects) visit(effect);
  return order;
}

/** @file A traced function: the nodes it returns, the updates it asks for, and the order its calls can run in. */

import type { TensorSpec } from './node.ts';
import { type Node, type OpCall, topologicalOrder } from './node.ts';

/** What the compiler turns into a program. */
export class Graph {
  /** Nodes whose values the caller reads after a run. */
  readonly outputs: readonly Node[];
  /** Calls that update variables. They run after all others, in this order. */
  readonly effects: readonly OpCall[];

  constructor(outputs: readonly Node[], effects: readonly OpCall[] = []) {
    this.outputs = outputs;
    this.effects = effects;
  }

  /** Every call that is needed, producers before consumers, effects last. */
  order(): OpCall[] {
    const effects = new Set(this.effects);
    return [...topologicalOrder(this.outputs, this.effects).filter((call) => !effects.has(call)), ...this.effects];
  }
}

/** Whether two nodes can stand for each other as far as shape and type go. */
export function sameSpec(a: TensorSpec, b: TensorSpec): boolean {
  return a.dtype === b.dtype && a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape[axis]);
}

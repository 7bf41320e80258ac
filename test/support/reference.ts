/** @file Graphs in float64: every call computed by its op's reference. */

import type { RefArray } from '../../src/graph/define-op.ts';
import { constantOf, type Node, type OpCall, topologicalOrder } from '../../src/graph/node.ts';

/** Elements of any kind as float64. */
export function toReference({ shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }): RefArray {
  return { shape, data: Float64Array.from(data) };
}

/** What a call's reference gives, always as a list. */
export function referenceOf(op: OpCall['op'], inputs: readonly RefArray[], attrs: object): readonly RefArray[] {
  const result = op.reference(inputs, attrs);
  return 'data' in result ? [result] : result;
}

/** The values of `nodes` when leaves have the values of `feeds`. */
export function interpret(nodes: readonly Node[], feeds: ReadonlyMap<Node, RefArray>): RefArray[] {
  const values = new Map<Node, RefArray>(feeds);
  const elementsOf = (node: Node): RefArray => {
    const known = values.get(node);
    if (known) return known;
    const constant = constantOf(node);
    if (!constant) throw new Error(`a ${node.source.kind} node has no value`);
    return toReference(constant);
  };
  for (const call of topologicalOrder(nodes)) {
    const outputs = referenceOf(call.op, call.inputs.map(elementsOf), call.attrs);
    for (const [i, output] of call.outputs.entries()) values.set(output, outputs[i]!);
  }
  return nodes.map(elementsOf);
}

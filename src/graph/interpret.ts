/** @file Graphs in float64: every call computed by its op's reference, slowly and obviously. What kernels are checked against. */

import { fail } from '../base/fail.ts';
import type { RefArray } from './define-op.ts';
import { type Node, type OpCall, topologicalOrder } from './node.ts';

/** Elements of any kind as float64. */
export function toReference({ shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }): RefArray {
  return { shape, data: Float64Array.from(data) };
}

/** What a call's reference gives, always as a list. */
export function referenceOf(op: OpCall['op'], inputs: readonly RefArray[], attrs: object): readonly RefArray[] {
  const result = op.reference(inputs, attrs);
  return 'data' in result ? [result] : result;
}

function leafValue(node: Node): RefArray {
  const { source } = node;
  if (source.kind === 'constant') return toReference(source.tensor);
  if (source.kind === 'variable') return toReference(source.variable.read());
  return fail('interpret', 'a value for every input', `none for one of kind ${source.kind}`);
}

/** The values of `nodes` when leaves have the values of `feeds`; variables not among them have those they hold. */
export function interpret(nodes: readonly Node[], feeds: ReadonlyMap<Node, RefArray>): RefArray[] {
  const values = new Map<Node, RefArray>(feeds);
  const elementsOf = (node: Node): RefArray => {
    const known = values.get(node) ?? leafValue(node);
    values.set(node, known);
    return known;
  };
  for (const call of topologicalOrder(nodes)) {
    const outputs = referenceOf(call.op, call.inputs.map(elementsOf), call.attrs);
    for (const [i, output] of call.outputs.entries()) values.set(output, outputs[i]!);
  }
  return nodes.map(elementsOf);
}

/**
 * @file The pass that makes a graph smaller without changing a bit of its results: ops say how they simplify, calls on constants
 * are computed now, equal calls become one, and what nothing needs is left behind (dead code falls away because only what the
 * outputs reach is rebuilt).
 */

import { keyOf } from '../base/key.ts';
import { sizeOf } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node, OpCall } from '../graph/node.ts';

/** What the pass needs of the graph room, which it may not import. */
export interface RewriteTools {
  /** The outputs of a call on constants, computed by the same kernels a program would use, so that folding changes no bit. */
  evaluate(call: OpCall): Tensor[];
  constant(value: Tensor): Node;
  graph(outputs: readonly Node[], effects: readonly OpCall[]): Graph;
}

/** Results larger than this are computed in the program: folding them would only move their cost into memory. */
const foldLimit = 65_536;

/** Constants up to this size are compared by value. */
const shareLimit = 64;

/** An equal graph with fewer calls. */
export function rewrite(graph: Graph, tools: RewriteTools): Graph {
  const renamed = new Map<Node, Node>();
  const known = new Map<string, readonly Node[]>();
  const nodeKey = (node: Node): string => {
    if (node.source.kind !== 'constant') return `n${node.id}`;
    const { tensor } = node.source;
    if (tensor.size > shareLimit) return `t${keyOf(tensor.data)}:${tensor.shape}`;
    // −0 and 0 differ, so numbers are told apart by their bits.
    const bits = new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    return `c${tensor.dtype}:${tensor.shape}:${bits}`;
  };
  const resolve = (node: Node): Node => renamed.get(node) ?? node;
  const effects = new Map<OpCall, OpCall>(graph.effects.map((effect) => [effect, effect]));

  for (const call of graph.order()) {
    const inputs = call.inputs.map(resolve);
    const next = inputs.some((input, i) => input !== call.inputs[i]) ? call.with(inputs) : call;
    if (effects.has(call)) {
      effects.set(call, next);
      continue;
    }
    const simpler = call.op.simplify?.(inputs, call.attrs);
    if (simpler) {
      renamed.set(call.outputs[0]!, resolve(simpler));
      continue;
    }
    const key = `${call.op.name}|${keyOf(call.attrs)}|${inputs.map(nodeKey).join(',')}`;
    const isConstant = inputs.length > 0 && inputs.every((input) => input.source.kind === 'constant');
    let outputs = known.get(key);
    if (!outputs) {
      const fold = isConstant && next.outputs.every((output) => sizeOf(output.shape) <= foldLimit);
      outputs = fold ? tools.evaluate(next).map((value) => tools.constant(value)) : next.outputs;
      known.set(key, outputs);
    }
    call.outputs.forEach((output, i) => {
      renamed.set(output, outputs[i]!);
    });
  }
  return tools.graph(graph.outputs.map(resolve), [...effects.values()]);
}

/** @file Where a graph leaves this room: simplified with the graph's own tools, then compiled. */

import { compile, type Executable, rewrite } from '../compiler/index.ts';
import { evaluateCall } from './eager.ts';
import { Graph } from './graph.ts';
import { callOf, constantNode, type Node } from './node.ts';
import { copy } from './ops/copy.ts';

/** The variable whose memory a node's value lies in, if there is one. */
function variableOf(node: Node): Node | undefined {
  let base = node;
  for (let call = callOf(base); call?.op.view; call = callOf(base)) base = call.inputs[0]!;
  return base.source.kind === 'variable' ? base : undefined;
}

/** The graph with copies in place of outputs that are variables it updates, so that they hold the values from before the update. */
function keepOldValues(graph: Graph): Graph {
  const written = new Set<Node>();
  for (const { op, inputs, attrs } of graph.effects) {
    for (const index of op.writes?.(inputs.length, attrs) ?? []) written.add(inputs[index]!);
  }
  const isOverwritten = (node: Node): boolean => written.has(variableOf(node) ?? node);
  if (!graph.outputs.some(isOverwritten)) return graph;
  return new Graph(
    graph.outputs.map((output) => (isOverwritten(output) ? copy(output) : output)),
    graph.effects,
  );
}

/** Simplifies and compiles a graph. */
export function compileGraph(graph: Graph): Executable {
  const simplified = rewrite(graph, {
    evaluate: evaluateCall,
    constant: constantNode,
    graph: (outputs, effects) => new Graph(outputs, effects),
  });
  return compile(keepOldValues(simplified));
}

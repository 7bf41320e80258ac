/** @file Where a graph leaves this room: simplified with the graph's own tools, then compiled. */

import { compile, type Executable, rewrite } from '../compiler/index.ts';
import { evaluateCall } from './eager.ts';
import { Graph } from './graph.ts';
import { constantNode } from './node.ts';

/** Simplifies and compiles a graph. */
export function compileGraph(graph: Graph): Executable {
  const simplified = rewrite(graph, {
    evaluate: evaluateCall,
    constant: constantNode,
    graph: (outputs, effects) => new Graph(outputs, effects),
  });
  return compile(simplified);
}

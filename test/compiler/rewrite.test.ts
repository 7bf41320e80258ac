import { expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import { rewrite } from '../../src/compiler/rewrite.ts';
import { evaluateCall } from '../../src/graph/eager.ts';
import { Graph } from '../../src/graph/graph.ts';
import { constantNode, inputNode, type Node } from '../../src/graph/node.ts';
import { add, exp, mul, randomUniform, reshape, sum } from '../../src/graph/ops.ts';
import { Trace, withTrace } from '../../src/graph/trace.ts';
import { Variable } from '../../src/graph/variable.ts';
import { verifyGraph } from '../../src/graph/verify.ts';

const input = (...shape: number[]): Node => inputNode('x', { shape, dtype: 'float32' });

function simplified(...outputs: Node[]): Graph {
  const graph = rewrite(new Graph(outputs), {
    evaluate: evaluateCall,
    constant: constantNode,
    graph: (roots, effects) => new Graph(roots, effects),
  });
  verifyGraph(graph.outputs, graph.effects);
  return graph;
}

const names = (graph: Graph): string[] => graph.order().map((call) => call.op.name);
const traced = <T>(body: () => T): T => withTrace(new Trace(), body);

test('calls on constants are computed once and for all', () => {
  traced(() => {
    const graph = simplified(add(input(2), exp(constantNode(tensor([0, 1])))));
    expect(names(graph)).toEqual(['add']);
  });
});

test('equal calls become one', () => {
  traced(() => {
    const x = input(3);
    expect(names(simplified(add(exp(x), exp(x))))).toEqual(['exp', 'add']);
    expect(names(simplified(mul(add(x, 2), add(x, 2))))).toEqual(['add', 'mul']);
  });
});

test('calls that differ in an attribute, in a constant or in the sign of zero stay apart', () => {
  traced(() => {
    const x = input(2, 3);
    expect(names(simplified(add(sum(x, 0, true), sum(x, 1, true))))).toEqual(['sum', 'reshape', 'sum', 'reshape', 'add']);
    expect(names(simplified(add(mul(x, 0), mul(x, -0))))).toEqual(['mul', 'mul', 'add']);
  });
});

test('two random draws are never taken for one', () => {
  traced(() => {
    const state = new Variable('random', [4], 'int32').node;
    const draw = () => randomUniform([4], { low: 0, high: 1, state });
    expect(names(simplified(add(draw(), draw())))).toHaveLength(3);
  });
});

test('steps that change nothing vanish', () => {
  traced(() => {
    const x = input(2, 3);
    const graph = simplified(mul(reshape(x, [2, 3]), 1));
    expect(names(graph)).toEqual([]);
    expect(graph.outputs[0]).toBe(x);
  });
});

test('adding zero stays, for it turns -0 into 0', () => {
  traced(() => expect(names(simplified(add(input(2), 0)))).toEqual(['add']));
});

import { expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import { rewrite } from '../../src/compiler/rewrite.ts';
import { evaluateCall } from '../../src/graph/eager.ts';
import { gradients } from '../../src/graph/gradient.ts';
import { Graph } from '../../src/graph/graph.ts';
import { grad } from '../../src/graph/jit.ts';
import { constantNode, inputNode, type Node } from '../../src/graph/node.ts';
import { add, exp, maximum, maxPool, mul, randomUniform, relu, reshape, square, sum } from '../../src/graph/ops.ts';
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

test('relu and pooling: the step is taken on the few elements that were chosen, with the same bits', () => {
  const x = inputNode('x', { shape: [2, 6, 4, 5], dtype: 'float32' });
  const graph = traced(() => {
    const loss = sum(square(maxPool(relu(x), [2, 2])));
    return simplified(...gradients(loss, [x]));
  });
  const step = graph.order().find(({ op }) => op.name === 'reluGrad')!;
  expect(step.outputs[0]!.shape).toEqual([2, 3, 2, 5]);
  // The plain graph, whose operand only another op makes: it is not simplified.
  const values = tensor(
    Float32Array.from({ length: 240 }, (_, i) => Math.round(3 * Math.sin(i * 1.7))),
    [2, 6, 4, 5],
  );
  const [plain] = grad((node) => sum(square(maxPool(maximum(node, 0), [2, 2]))))(values);
  const [fast] = grad((node) => sum(square(maxPool(relu(node), [2, 2]))))(values);
  const positive = [...values.data].map((value, i) => [value, i] as const).filter(([value]) => value > 0);
  expect(positive.length).toBeGreaterThan(50);
  for (const [, i] of positive) expect(fast!.data[i]).toBe(plain!.data[i]);
  values.data.forEach((value, i) => {
    if (value <= 0) expect(fast!.data[i]).toBe(0);
  });
});

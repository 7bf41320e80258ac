import { describe, expect, test } from 'vitest';
import { callOf, inputNode, Node, type OpCall } from '../../src/graph/node.ts';
import { add, advanceRandom, assign, exp, matmul, movingAverage, reshape } from '../../src/graph/ops.ts';
import { Trace, withTrace } from '../../src/graph/trace.ts';
import { Variable } from '../../src/graph/variable.ts';
import { verifyGraph } from '../../src/graph/verify.ts';

const a = inputNode('a', { shape: [2, 3], dtype: 'float32' });

/** A copy of a node's call with some of its parts replaced, as a faulty pass would leave it. */
function tamper(node: Node, changes: Partial<Pick<OpCall, 'inputs' | 'outputs'>>): OpCall {
  return Object.assign(Object.create(callOf(node)!), changes) as OpCall;
}

function outputOf(call: OpCall, spec: Pick<Node, 'shape' | 'dtype'>): Node {
  return new Node(spec, { kind: 'op', call, index: 0 });
}

/** The effects that `body` asks for. */
function effectsOf(body: () => void): OpCall[] {
  const trace = new Trace();
  withTrace(trace, body);
  return trace.effects;
}

describe('verifyGraph', () => {
  test('accepts what ops make', () => {
    const weight = new Variable('weight', [2, 3]);
    const y = matmul(exp(a), reshape(a, [3, 2]));
    const effects = effectsOf(() => {
      assign(weight, add(a, 1));
      movingAverage(a, weight, 0.9);
    });
    expect(() => verifyGraph([y, a], effects)).not.toThrow();
  });

  test('refuses an output whose shape is not what the op gives', () => {
    const call = tamper(exp(a), {});
    const wrong = outputOf(call, { shape: [3, 2], dtype: 'float32' });
    Object.assign(call, { outputs: [wrong] });
    expect(() => verifyGraph([wrong])).toThrow('internal: exp has output [3, 2] float32, its rule gives [2, 3] float32');
  });

  test('refuses an output of another type', () => {
    const call = tamper(exp(a), {});
    const wrong = outputOf(call, { shape: [2, 3], dtype: 'int32' });
    Object.assign(call, { outputs: [wrong] });
    expect(() => verifyGraph([wrong])).toThrow('internal: exp has output [2, 3] int32, its rule gives [2, 3] float32');
  });

  test('refuses a call with too few outputs', () => {
    const call = tamper(exp(a), { outputs: [] });
    expect(() => verifyGraph([outputOf(call, a)])).toThrow('internal: exp has 0 outputs, its rule gives 1');
  });

  test('refuses a node that its call does not know', () => {
    const stray = outputOf(callOf(exp(a))!, a);
    expect(() => verifyGraph([exp(stray)])).toThrow('internal: an input of exp is not an output of its exp');
  });

  test('refuses inputs that the op itself would refuse', () => {
    const b = inputNode('b', { shape: [4], dtype: 'float32' });
    const call = tamper(add(a, 1), { inputs: [a, b] });
    const sum = outputOf(call, a);
    Object.assign(call, { outputs: [sum] });
    expect(() => verifyGraph([sum])).toThrow('[add] expected shapes that broadcast together, got [2, 3] and [4].');
  });

  test('refuses a cycle', () => {
    const [first, second] = [exp(a), exp(a)];
    Object.assign(callOf(first)!, { inputs: [second] });
    Object.assign(callOf(second)!, { inputs: [first] });
    expect(() => verifyGraph([first])).toThrow(/internal: exp comes before exp, whose result it reads \(a cycle\)/);
  });

  test('refuses an effect on what is no variable', () => {
    const state = inputNode('state', { shape: [4], dtype: 'int32' });
    expect(() =>
      verifyGraph(
        [],
        effectsOf(() => advanceRandom(state)),
      ),
    ).toThrow('internal: advanceRandom writes input 0, which is no variable');
  });

  test('refuses an effect that changes nothing', () => {
    expect(() => verifyGraph([], [callOf(exp(a))!])).toThrow('internal: exp is listed as an effect but writes nothing');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/base/tensor.ts';
import type { Executable } from '../../src/compiler/index.ts';
import { engine, setup } from '../../src/engine/index.ts';
import { compileGraph } from '../../src/graph/compile-graph.ts';
import { evaluateCall } from '../../src/graph/eager.ts';
import { Graph } from '../../src/graph/graph.ts';
import { constantNode, inputNode, type Node, topologicalOrder } from '../../src/graph/node.ts';
import {
  add,
  assign,
  exp,
  matmul,
  max,
  mean,
  mul,
  neg,
  relu,
  reshape,
  sigmoid,
  softmax,
  square,
  sub,
  sum,
  tanh,
  transpose,
} from '../../src/graph/ops.ts';
import { Trace, withTrace } from '../../src/graph/trace.ts';
import { Variable } from '../../src/graph/variable.ts';

const rows = 6;
const cols = 10;

/** Builds a graph from random choices: each number picks an op and the earlier nodes it reads. */
function build(choices: readonly number[], inputs: readonly Node[]): Node[] {
  const nodes: Node[] = [...inputs];
  const pick = (seed: number): Node => nodes[seed % nodes.length]!;
  for (const choice of choices) {
    const [a, b] = [pick(choice >>> 4), pick(choice >>> 12)];
    const table: (() => Node)[] = [
      () => add(a, b),
      () => sub(a, b),
      () => mul(a, b),
      () => relu(a),
      () => tanh(a),
      () => sigmoid(a),
      () => neg(square(a)),
      () => exp(neg(square(a))),
      () => softmax(a),
      () => add(a, mean(b, 0)),
      () => mul(a, max(b, 1, true)),
      () => relu(add(matmul(a, matmul(b, a, { transposeA: true })), sum(b, 0))),
      () => transpose(reshape(transpose(a), [rows, cols]), [0, 1]),
      () => reshape(transpose(a), [rows, cols]),
    ];
    nodes.push(table[(choice & 15) % table.length]!());
  }
  return nodes.slice(inputs.length);
}

/** The same nodes, every call computed by itself. */
function oneByOne(outputs: readonly Node[], values: ReadonlyMap<Node, Tensor>): Tensor[] {
  const known = new Map<Node, Tensor>(values);
  for (const call of topologicalOrder(outputs)) {
    const constants = call.inputs.map((node) =>
      constantNode(known.get(node) ?? (node.source.kind === 'constant' ? node.source.tensor : tensor(0))),
    );
    const results = evaluateCall(call.with(constants));
    call.outputs.forEach((output, i) => {
      known.set(output, results[i]!);
    });
  }
  return outputs.map((output) => known.get(output)!);
}

describe('a compiled graph gives the bits that its ops give one by one', () => {
  const values = [0, 1, 2].map((seed) =>
    tensor(
      Float32Array.from({ length: rows * cols }, (_, i) => Math.fround(((i * 37 + seed * 11) % 29) / 14 - 1)),
      [rows, cols],
    ),
  );

  test('for random graphs, on one, two and three threads', async () => {
    await setup({ threads: 3 });
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 24), { minLength: 1, maxLength: 14 }), (choices) => {
        const inputs = values.map((value, i) => inputNode(`input ${i}`, value));
        const outputs = withTrace(new Trace(), () => build(choices, inputs)).slice(-2);
        const executable = compileGraph(new Graph(outputs));
        const feed = (target: Executable): void => {
          inputs.forEach((input, i) => {
            if (target.reads(input)) target.view(input).set(values[i]!.data);
          });
        };
        const expected = oneByOne(outputs, new Map(inputs.map((input, i) => [input, values[i]!])));
        // A missing barrier shows when threads run apart; inputs are given again because their buffers may be reused.
        for (const parts of [1, 2, 3]) {
          feed(executable);
          engine().runOn(executable.program, parts);
          outputs.forEach((_, i) => {
            expect(new Uint32Array(executable.output(i).data.buffer)).toEqual(new Uint32Array(expected[i]!.data.slice().buffer));
          });
        }
        executable.release();
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

test('running twice gives the same: nothing a run needs is overwritten by it', () => {
  const x = inputNode('x', { shape: [rows, cols], dtype: 'float32' });
  const y = withTrace(new Trace(), () => softmax(add(square(x), exp(tanh(x)))));
  const executable = compileGraph(new Graph([y]));
  const run = (): Tensor => {
    executable.view(x).set(Float32Array.from({ length: rows * cols }, (_, i) => i / 30));
    executable.runSync();
    return executable.output(0);
  };
  expect(run().data).toEqual(run().data);
});

test('updates happen after everything else, in the order asked for', () => {
  const v = new Variable('v', [2]);
  v.write([1, 2]);
  const trace = new Trace();
  const before = withTrace(trace, () => {
    assign(v.node, mul(v.node, 10));
    const read = add(v.node, 0.5);
    assign(v.node, add(v.node, 1));
    return read;
  });
  const executable = compileGraph(new Graph([before], trace.effects));
  executable.runSync();
  expect(executable.output(0).toArray()).toEqual([1.5, 2.5]);
  // Both new values were computed from the old one; the later assignment stands.
  expect(v.read().toArray()).toEqual([2, 3]);
});

test('a variable that is returned has its value from before the update, also as a view', () => {
  const v = new Variable('v', [2, 2]);
  v.write([
    [1, 2],
    [3, 4],
  ]);
  const trace = new Trace();
  const outputs = withTrace(trace, () => {
    assign(v.node, add(v.node, 1));
    return [v.node, reshape(v.node, [4]), mul(v.node, 1)];
  });
  const executable = compileGraph(new Graph(outputs, trace.effects));
  executable.runSync();
  expect(outputs.map((_, i) => [...executable.output(i).data])).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ]);
  expect([...v.read().data]).toEqual([2, 3, 4, 5]);
});

test('releasing a program gives all its memory back', () => {
  const { memory } = engine();
  const compileOnce = (): void => {
    const x = inputNode('x', { shape: [50, 50], dtype: 'float32' });
    compileGraph(new Graph([withTrace(new Trace(), () => matmul(x, transpose(add(x, constantNode(tensor([[1]]))))))])).release();
  };
  compileOnce();
  const { used } = memory.usage();
  for (let i = 0; i < 20; i++) compileOnce();
  expect(memory.usage().used).toBe(used);
});

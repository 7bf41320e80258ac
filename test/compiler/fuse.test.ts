import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import { fuse } from '../../src/compiler/fuse.ts';
import { Graph } from '../../src/graph/graph.ts';
import { constantNode, inputNode, type Node } from '../../src/graph/node.ts';
import { add, exp, matmul, mul, relu, square, sub, sum } from '../../src/graph/ops.ts';
import { Trace, withTrace } from '../../src/graph/trace.ts';

const input = (...shape: number[]): Node => inputNode('x', { shape, dtype: 'float32' });

/** The steps of a graph, each as the names of its calls. */
function steps(...outputs: Node[]): string[] {
  return fuse(new Graph(outputs)).map((step) => step.calls.map((call) => call.op.name).join('+'));
}

const traced = <T>(body: () => T): T => withTrace(new Trace(), body);

describe('epilogues', () => {
  test('a product takes bias and activation along', () => {
    traced(() => expect(steps(relu(add(matmul(input(4, 3), input(3, 5)), input(5))))).toEqual(['matmul+add+relu']));
  });

  test('a product that something else reads keeps to itself', () => {
    traced(() => {
      const product = matmul(input(4, 3), input(3, 5));
      expect(steps(relu(product), product)).toEqual(['matmul', 'relu']);
    });
  });

  test('a full matrix is no bias', () => {
    traced(() => expect(steps(add(matmul(input(4, 3), input(3, 4)), input(4, 4)))).toEqual(['matmul', 'add']));
  });

  test('a column is no bias, not even of a square product', () => {
    traced(() => expect(steps(add(matmul(input(4, 3), input(3, 4)), input(4, 1)))).toEqual(['matmul', 'add']));
  });

  test('a second bias is added by itself', () => {
    traced(() => expect(steps(add(add(matmul(input(4, 3), input(3, 5)), input(5)), input(5)))).toEqual(['matmul+add', 'add']));
  });
});

describe('chains', () => {
  test('elementwise calls that feed only each other run as one', () => {
    traced(() => expect(steps(sum(exp(square(sub(input(3, 5), input(3, 5))))))).toEqual(['sub+square+exp', 'sum']));
  });

  test('a value used twice inside the chain stays inside', () => {
    traced(() => {
      const difference = sub(input(7), input(7));
      expect(steps(mul(difference, difference))).toEqual(['sub+mul']);
    });
  });

  test('a value that is read outside ends a chain', () => {
    traced(() => {
      const squared = square(input(6));
      expect(steps(exp(squared), sum(squared))).toEqual(['square', 'exp', 'sum']);
    });
  });

  test('scalars join, stretched rows do not', () => {
    traced(() => {
      const scale = constantNode(tensor(2));
      expect(steps(mul(square(input(4, 6)), scale))).toEqual(['square+mul']);
      expect(steps(square(add(input(4, 6), input(6))))).toEqual(['add', 'square']);
    });
  });

  test('results of different size never share a chain', () => {
    traced(() => expect(steps(mul(input(4, 6), exp(input(6))))).toEqual(['exp', 'mul']));
  });
});

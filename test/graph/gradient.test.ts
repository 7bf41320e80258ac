import { describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/base/tensor.ts';
import { dependsOn, gradients } from '../../src/graph/gradient.ts';
import { grad, jit, valueAndGrad } from '../../src/graph/jit.ts';
import { inputNode, type Node, topologicalOrder } from '../../src/graph/node.ts';
import * as ops from '../../src/graph/ops.ts';
import { Trace, withTrace } from '../../src/graph/trace.ts';
import { Variable } from '../../src/graph/variable.ts';
import { verifyGraph } from '../../src/graph/verify.ts';

const x = tensor([1, -2, 3]);

/** Elements of every gradient of `fn` by its arguments. */
function gradientsOf(fn: (...args: Node[]) => Node, ...args: Tensor[]): number[][] {
  const traced = grad(fn, { wrt: args.map((_, i) => i) }) as (...values: Tensor[]) => Tensor[];
  return traced(...args).map(({ data }) => [...data]);
}

describe('gradients', () => {
  test('add up where a node is used more than once', () => {
    expect(gradientsOf((a) => ops.sum(ops.add(ops.mul(a, a), ops.mul(a, 3))), x)).toEqual([[5, -1, 9]]);
  });

  test('flow through an expression that several others share', () => {
    const shared = (a: Node): Node => {
      const squared = ops.square(a);
      return ops.sum(ops.mul(squared, ops.add(squared, ops.neg(a))));
    };
    // a⁴ − a³ → 4a³ − 3a²
    expect(gradientsOf(shared, x)).toEqual([[1, -44, 81]]);
  });

  test('are zeros for what the loss does not depend on', () => {
    expect(gradientsOf((a, _b) => ops.sum(a), x, tensor([[1, 2]]))).toEqual([
      [1, 1, 1],
      [0, 0],
    ]);
  });

  test('are ones for the loss itself', () => {
    const loss = inputNode('loss', { shape: [1], dtype: 'float32' });
    expect([...jit(() => gradients(loss, [loss])[0]!)().data]).toEqual([1]);
  });

  test('stop at stopGradient, on that path alone', () => {
    expect(gradientsOf((a) => ops.sum(ops.mul(ops.stopGradient(a), a)), x)).toEqual([[1, -2, 3]]);
  });

  test('are summed back over what was stretched', () => {
    expect(gradientsOf((a, b) => ops.sum(ops.mul(a, b)), x, tensor([[2], [5]]))).toEqual([
      [7, 7, 7],
      [2, 2],
    ]);
  });

  test('pass through all outputs of an op that has several', () => {
    const fn = (logits: Node, labels: Node): Node => {
      const { loss, probabilities } = ops.softmaxCrossEntropySparse(logits, labels);
      return ops.add(ops.sum(loss), ops.sum(ops.slice(probabilities, [0, 0], [1, 1])));
    };
    const logits = tensor([[0, Math.log(3)]]);
    const [dx] = (grad(fn) as (...values: Tensor[]) => Tensor[])(logits, tensor(Int32Array.of(1)));
    // p = [¼, ¾]: (p − [0, 1]) + p₀·([1, 0] − p)
    expect(dx!.data[0]).toBeCloseTo(0.25 + 0.25 * 0.75, 6);
    expect(dx!.data[1]).toBeCloseTo(-0.25 - 0.25 * 0.75, 6);
  });

  test('leave out calls that only other things need', () => {
    const a = inputNode('a', { shape: [2], dtype: 'float32' });
    const b = inputNode('b', { shape: [2], dtype: 'float32' });
    const loss = ops.sum(ops.add(ops.exp(a), ops.sin(b)));
    const names = topologicalOrder(gradients(loss, [a])).map(({ op }) => op.name);
    expect(names).toContain('exp');
    expect(names).not.toContain('cos');
  });

  test('make a sound graph', () => {
    const a = inputNode('a', { shape: [2, 3], dtype: 'float32' });
    verifyGraph(gradients(ops.mean(ops.softmax(ops.matmul(a, a, { transposeB: true }))), [a]));
  });

  test('of a long chain do not overflow the stack', () => {
    const result = gradientsOf(
      (a) => {
        let y = a;
        for (let i = 0; i < 20_000; i++) y = ops.add(y, a);
        return ops.sum(y);
      },
      tensor([1]),
    );
    expect(result).toEqual([[20_001]]);
  });

  test('by a variable are those by its value', () => {
    const weight = new Variable('weight', [3]);
    weight.write(x);
    const { value, gradients: list } = (
      valueAndGrad((a) => ops.sum(ops.mul(a, ops.square(weight))), { wrt: [weight] }) as (a: Tensor) => {
        value: Tensor;
        gradients: Tensor[];
      }
    )(tensor([1, 1, 2]));
    expect(value.item()).toBe(23);
    expect([...list[0]!.data]).toEqual([2, -4, 12]);
  });

  test('of gradients are second derivatives', () => {
    const cube = (a: Node): Node => ops.sum(ops.mul(a, ops.square(a)));
    expect(gradientsOf((a) => ops.sum(gradients(cube(a), [a])[0]!), x)).toEqual([[6, -12, 18]]);
  });
});

describe('what cannot be differentiated is refused', () => {
  const a = inputNode('a', { shape: [2, 3], dtype: 'float32' });

  test('a loss of several elements', () => {
    expect(() => gradients(a, [a])).toThrow(
      '[gradients] expected a loss of one element, got shape [2, 3]. Hint: reduce it first, with ops.mean or ops.sum.',
    );
  });

  test('an integer loss', () => {
    expect(() => gradients(ops.argmax(a), [a])).toThrow('[gradients] expected a float32 loss, got int32.');
  });

  test('an op without a gradient, by its name', () => {
    expect(() => gradients(ops.sum(ops.floor(a)), [a])).toThrow(
      '[gradient of floor] expected an op that can be differentiated, got floor. Hint: wrap it in ops.stopGradient if its gradient is to be zero.',
    );
  });

  test('but not where that op has nothing to do with what is differentiated by', () => {
    const b = inputNode('b', { shape: [2, 3], dtype: 'float32' });
    expect(gradients(ops.sum(ops.mul(a, ops.floor(b))), [a])[0]!.shape).toEqual([2, 3]);
  });
});

describe('dependsOn', () => {
  const a = inputNode('a', { shape: [], dtype: 'float32' });
  const b = inputNode('b', { shape: [], dtype: 'float32' });

  test('tells what a loss is made of', () => {
    const loss = ops.exp(ops.mul(a, 2));
    expect([dependsOn(loss, a), dependsOn(loss, loss), dependsOn(loss, b), dependsOn(a, b)]).toEqual([true, true, false, false]);
  });

  test('also while a function is traced', () => {
    withTrace(new Trace(), () => expect(dependsOn(ops.add(1, a), a)).toBe(true));
  });
});

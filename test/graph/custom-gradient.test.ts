/** @file Functions with gradients of their own. */

import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import { grad, jit, valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import * as ops from '../../src/graph/ops.ts';
import { Variable } from '../../src/graph/variable.ts';

describe('customGradient', () => {
  test('has the value of its function and the gradient of its rule', () => {
    const straightThrough = ops.customGradient((x) => ({ value: ops.round(x), gradient: (dy) => [dy] }));
    const run = valueAndGrad((x) => ops.sum(ops.mul(straightThrough(x), tensor([1, 2, 3]))));
    const { value, gradients } = run([0.2, 1.7, -2.6]);
    expect(value.item()).toBe(0 + 4 - 9);
    expect(gradients[0]!.toArray()).toEqual([1, 2, 3]);
    // Without the rule there is no way back through rounding.
    expect(() => grad((x) => ops.sum(ops.round(x)))([0.2])).toThrow(/an op that can be differentiated, got round/);
  });

  test('takes the gradient of what follows, for several arguments, and null for none', () => {
    const scaled = ops.customGradient((x, by) => ({ value: ops.mul(x, by), gradient: (dy) => [ops.mul(dy, -1), null] }));
    const run = grad((x, by) => ops.sum(ops.square(scaled(x, by))), { wrt: [0, 1] });
    const [x, by] = run([1, 2], [3, 4]);
    expect(x!.toArray()).toEqual([-6, -16]);
    expect(by!.toArray()).toEqual([0, 0]);
  });

  test('may be differentiated twice, and used with numbers, tensors and variables', () => {
    const cube = ops.customGradient((x) => ({
      value: ops.mul(x, ops.square(x)),
      gradient: (dy) => [ops.mul(dy, ops.mul(3, ops.square(x)))],
    }));
    const second = grad((x) => ops.sum(grad((inner: Node) => ops.sum(cube(inner)))(x)[0]!));
    expect(second([1, 2])[0]!.toArray()).toEqual([6, 12]);
    const weight = new Variable('w', []);
    weight.write(2);
    const both = jit(() => ops.add(ops.add(cube(weight), cube(1)), cube(tensor(3))));
    expect(both().item()).toBe(8 + 1 + 27);
  });

  test.each([
    ['no value', () => ({ gradient: () => [] }), /\{ value, gradient \}/],
    ['nothing', () => undefined, /\{ value, gradient \}, a node and a function, got undefined/],
    ['too few gradients', (x: Node) => ({ value: x, gradient: () => [] }), /a list of 1 gradients, one for each argument, got 0/],
    ['a number', (x: Node) => ({ value: x, gradient: () => [3] }), /gradient 0 to be a node or null, got 3/],
    [
      'another shape',
      (x: Node) => ({ value: x, gradient: (dy: Node) => [ops.sum(dy)] }),
      /gradient 0 of the shape of argument 0, \[1\], got \[\]/,
    ],
    ['no list', (x: Node) => ({ value: x, gradient: (dy: Node) => dy }), /a list of 1 gradients/],
  ])('refuses %s', (_, fn, text) => {
    const custom = ops.customGradient(fn as Parameters<typeof ops.customGradient>[0]);
    expect(() => grad((x) => ops.sum(custom(x)))([1])).toThrow(text);
  });
});

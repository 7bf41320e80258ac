/** @file An op of a user's own, as CONTRIBUTING shows it: defined, run at once, differentiated, checked. */

import { describe, expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import { checkGradients } from '../../src/graph/check-gradients.ts';
import { defineOp, type Operand, type Result } from '../../src/graph/define-op.ts';
import { grad } from '../../src/graph/jit.ts';
import * as ops from '../../src/graph/ops.ts';

/** x·|x| from the kernels there are. */
const op = defineOp<object, 1>({
  name: 'signedSquare',
  infer: ([x]) => x,
  lower: (k, { inputs: [x], outputs: [y], outputSpecs: [spec] }) => {
    const size = spec!.shape.reduce((a, b) => a * b, 1);
    k.abs(x!, y!, size);
    k.mul(x!, y!, y!, 1, size, 0, 1, 0, 1);
  },
  gradient: ({ inputs: [x], dy }) => [ops.mul(dy, ops.mul(ops.abs(x), 2))],
  reference: ([{ shape, data }]) => ({ shape, data: Float64Array.from(data, (x) => x * Math.abs(x)) }),
  test: { cases: [{ shapes: [[5]], attrs: {} }] },
});

function signedSquare<X extends Operand>(x: X): Result<X> {
  return op<X>([x], {});
}

describe('defineOp', () => {
  test('makes an op that runs, has a gradient, and passes the check', () => {
    expect(signedSquare(tensor([-3, 0.5, 2])).toArray()).toEqual([-9, 0.25, 4]);
    expect(grad((x) => ops.sum(signedSquare(x)))([-3, 0.5, 2])[0]!.toArray()).toEqual([6, 1, 4]);
    expect(checkGradients((x) => ops.sum(signedSquare(x)), [[-3, 0.5, 2]]).isOk).toBe(true);
  });

  test('refuses a name that is taken', () => {
    expect(() => defineOp(op.record)).toThrow(/signedSquare/);
  });
});

import { broadcastShapes } from '../../base/shape.ts';
import { asNode, type Operand, type Result } from '../define-op.ts';
import { defineElementwise } from '../families.ts';
import { broadcastTo } from './broadcast-to.ts';

const op = defineElementwise<object, 3>({
  name: 'select',
  arity: 3,
  kernel: (k, [condition, a, b], y, n) => k.select(condition, a, b, y, n),
  reference: ([condition, a, b]) => (condition !== 0 ? a : b),
  // dy goes to the operand that was selected; a condition has no gradient.
  gradient: ({ inputs: [condition], dy }) => [null, select(condition, dy, 0), select(condition, 0, dy)],
  test: { domain: [{ low: 0, high: 1, integer: true }], nonDifferentiable: [0], tolerance: 0 },
});

/**
 * `a` where `condition` is not 0, else `b`, with broadcasting. Shape: broadcast of all three. What was not selected gets a gradient
 * of 0, even where it is NaN.
 */
export function select<C extends Operand, A extends Operand, B extends Operand>(condition: C, a: A, b: B): Result<C | A | B> {
  const operands: readonly Operand[] = [condition, a, b];
  const shape = operands
    .map((operand) => asNode('select', operand).shape)
    .reduce((left, right) => broadcastShapes('select', left, right));
  return op<Operand>(
    [broadcastTo<Operand>(condition, shape), broadcastTo<Operand>(a, shape), broadcastTo<Operand>(b, shape)],
    {},
  ) as Result<C | A | B>;
}

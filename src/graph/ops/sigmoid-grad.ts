import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';

const op = defineElementwise<object, 2>({
  name: 'sigmoidGrad',
  arity: 2,
  kernel: (k, [y, dy], dx, n) => k.sigmoidGrad(y, dy, dx, n),
  reference: ([y, dy]) => dy * y * (1 - y),
  // dL/dy = g · dy · (1 − 2y), dL/d(dy) = g · y · (1 − y)
  gradient: ({ inputs: [y, dy], dy: g }) => [mul(mul(g, dy), scale(y, -2, 1)), sigmoidGrad(y, g)],
  test: {
    domain: [
      { low: 0, high: 1 },
      { low: -2, high: 2 },
    ],
  },
});

/** dL/dx of y = sigmoid(x): dy · y · (1 − y). */
export function sigmoidGrad(y: Node, dy: Node): Node {
  return op([y, dy], {});
}

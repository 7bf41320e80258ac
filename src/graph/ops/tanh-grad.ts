import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';

const op = defineElementwise<object, 2>({
  name: 'tanhGrad',
  arity: 2,
  kernel: (k, [y, dy], dx, n) => k.tanhGrad(y, dy, dx, n),
  reference: ([y, dy]) => dy * (1 - y * y),
  // dL/dy = −2 · g · dy · y, dL/d(dy) = g · (1 − y²)
  gradient: ({ inputs: [y, dy], dy: g }) => [mul(mul(g, dy), scale(y, -2)), tanhGrad(y, g)],
  test: {
    domain: [
      { low: -1, high: 1 },
      { low: -2, high: 2 },
    ],
  },
});

/** dL/dx of y = tanh(x): dy · (1 − y²). */
export function tanhGrad(y: Node, dy: Node): Node {
  return op([y, dy], {});
}

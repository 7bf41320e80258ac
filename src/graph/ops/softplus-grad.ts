import { defineElementwise } from '../families.ts';
import { sigmoidOf } from '../logistic.ts';
import type { Node } from '../node.ts';
import { mul } from './mul.ts';
import { sigmoid } from './sigmoid.ts';
import { sigmoidGrad } from './sigmoid-grad.ts';

const op = defineElementwise<object, 2>({
  name: 'softplusGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n) => k.softplusGrad(x, dy, dx, n),
  reference: ([x, dy]) => dy * sigmoidOf(x),
  // dL/dx = g · dy · s · (1 − s), s = sigmoid(x), dL/d(dy) = g · s
  gradient: ({ inputs: [x, dy], dy: g }) => [sigmoidGrad(sigmoid(x), mul(g, dy)), softplusGrad(x, g)],
});

/** dL/dx of y = softplus(x): dy · sigmoid(x). */
export function softplusGrad(x: Node, dy: Node): Node {
  return op([x, dy], {});
}

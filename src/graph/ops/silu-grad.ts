import { composedGradient } from '../composed-gradient.ts';
import { defineElementwise } from '../families.ts';
import { sigmoidOf, vanishing } from '../logistic.ts';
import type { Node } from '../node.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { sigmoid } from './sigmoid.ts';

const op = defineElementwise<object, 2>({
  name: 'siluGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n) => k.siluGrad(x, dy, dx, n),
  reference: ([x, dy]) => dy * (sigmoidOf(x) + vanishing(x, sigmoidOf(x) * sigmoidOf(-x))),
  gradient: composedGradient(([x, dy]) => {
    const s = sigmoid(x);
    return [mul(dy, mul(s, scale(mul(x, scale(s, -1, 1)), 1, 1)))];
  }),
});

/** dL/dx of y = silu(x): dy · s · (1 + x · (1 − s)), s = sigmoid(x). */
export function siluGrad(x: Node, dy: Node): Node {
  return op([x, dy], {});
}

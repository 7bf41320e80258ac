import { composedGradient } from '../composed-gradient.ts';
import { defineElementwise } from '../families.ts';
import { gateOfMish, sigmoidOf, vanishing } from '../logistic.ts';
import type { Node } from '../node.ts';
import { add } from './add.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { sigmoid } from './sigmoid.ts';
import { softplus } from './softplus.ts';
import { square } from './square.ts';
import { tanh } from './tanh.ts';

const op = defineElementwise<object, 2>({
  name: 'mishGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n) => k.mishGrad(x, dy, dx, n),
  reference: ([x, dy]) => {
    const w = gateOfMish(x);
    return dy * (w + vanishing(x, sigmoidOf(x) * (1 - w * w)));
  },
  gradient: composedGradient(([x, dy]) => {
    const w = tanh(softplus(x));
    return [mul(dy, add(w, mul(mul(x, sigmoid(x)), scale(square(w), -1, 1))))];
  }),
});

/** dL/dx of y = mish(x): dy · (w + x · sigmoid(x) · (1 − w²)), w = tanh(softplus(x)). */
export function mishGrad(x: Node, dy: Node): Node {
  return op([x, dy], {});
}

import { composedGradient } from '../composed-gradient.ts';
import { defineElementwise } from '../families.ts';
import { argumentOfGelu, sigmoidOf, vanishing } from '../logistic.ts';
import type { Node } from '../node.ts';
import { add } from './add.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { sigmoid } from './sigmoid.ts';
import { square } from './square.ts';

/** 2√(2/π). */
const slope = 2 * Math.sqrt(2 / Math.PI);

const op = defineElementwise<object, 2>({
  name: 'geluTanhGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n) => k.geluTanhGrad(x, dy, dx, n),
  reference: ([x, dy]) => {
    const v = argumentOfGelu(x);
    return dy * (sigmoidOf(v) + vanishing(x * slope * (1 + 3 * 0.044715 * x * x), sigmoidOf(v) * sigmoidOf(-v)));
  },
  gradient: composedGradient(([x, dy]) => {
    const s = sigmoid(mul(x, scale(square(x), slope * 0.044715, slope)));
    const inner = mul(mul(x, scale(square(x), 3 * slope * 0.044715, slope)), scale(s, -1, 1));
    return [mul(dy, add(s, mul(s, inner)))];
  }),
});

/** dL/dx of y = geluTanh(x): dy · s · (1 + x · v′ · (1 − s)), s = sigmoid(v), v = 2√(2/π) · (x + 0.044715x³). */
export function geluTanhGrad(x: Node, dy: Node): Node {
  return op([x, dy], {});
}

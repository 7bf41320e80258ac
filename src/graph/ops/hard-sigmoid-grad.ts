import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';

const op = defineElementwise<object, 2>({
  name: 'hardSigmoidGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n) => k.hardSigmoidGrad(x, dy, dx, n),
  reference: ([x, dy]) => (Math.abs(x) < 3 ? dy / 6 : 0),
  // x enters through steps, whose derivative is 0; dL/d(dy) = g/6 for |x| < 3, else 0
  gradient: ({ inputs: [x], dy: g }) => [null, hardSigmoidGrad(x, g)],
  test: { kinks: [-3, 3], domain: { low: -5, high: 5 } },
});

/** dL/dx of y = hardSigmoid(x): dy/6 for |x| < 3, else 0. */
export function hardSigmoidGrad(x: Node, dy: Node): Node {
  return op([x, dy], {});
}

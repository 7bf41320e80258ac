import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';

const op = defineElementwise<object, 2>({
  name: 'reluGrad',
  arity: 2,
  kernel: (k, [y, dy], dx, n) => k.reluGrad(y, dy, dx, n),
  reference: ([y, dy]) => (y > 0 ? dy : 0),
  // y enters through a step, whose derivative is 0; dL/d(dy) = g where y > 0, else 0
  gradient: ({ inputs: [y], dy: g }) => [null, reluGrad(y, g)],
  test: { kinks: [0], tolerance: 0 },
});

/** dL/dx of y = relu(x): dy where y > 0, else 0. */
export function reluGrad(y: Node, dy: Node): Node {
  return op([y, dy], {});
}

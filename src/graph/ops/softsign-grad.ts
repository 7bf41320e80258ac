import { composedGradient } from '../composed-gradient.ts';
import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';
import { abs } from './abs.ts';
import { div } from './div.ts';
import { scale } from './scale.ts';
import { square } from './square.ts';

const op = defineElementwise<object, 2>({
  name: 'softsignGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n) => k.softsignGrad(x, dy, dx, n),
  reference: ([x, dy]) => dy * (1 / (1 + Math.abs(x)) ** 2),
  gradient: composedGradient(([x, dy]) => [div(dy, square(scale(abs(x), 1, 1)))]),
  test: { kinks: [0] },
});

/** dL/dx of y = softsign(x): dy / (1 + |x|)². */
export function softsignGrad(x: Node, dy: Node): Node {
  return op([x, dy], {});
}

import { composedGradient } from '../composed-gradient.ts';
import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';
import { mul } from './mul.ts';
import { rsqrt } from './rsqrt.ts';
import { scale } from './scale.ts';
import { square } from './square.ts';

/** The parameter of `squareplus`. */
export interface SquareplusAttrs {
  /** How far the bend reaches: the value at 0 is √b/2. */
  readonly b: number;
}

const op = defineElementwise<SquareplusAttrs, 2>({
  name: 'squareplusGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n, { b }) => k.squareplusGrad(x, dy, dx, n, b),
  reference: ([x, dy], { b }) => {
    const h = Math.sqrt(x * x + b);
    const left = b / 2 / (h * (h + Math.abs(x)));
    return dy * (x < 0 ? left : 1 - left);
  },
  gradient: composedGradient(([x, dy], { b }) => [mul(dy, scale(mul(x, rsqrt(scale(square(x), 1, b))), 0.5, 0.5))]),
  attrs: [{ b: 4 }, { b: 0.5 }],
});

/** dL/dx of y = squareplus(x): dy · (1 + x/√(x² + b))/2. */
export function squareplusGrad(x: Node, dy: Node, attrs: SquareplusAttrs): Node {
  return op([x, dy], attrs);
}

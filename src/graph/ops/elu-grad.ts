import { composedGradient } from '../composed-gradient.ts';
import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';
import { add } from './add.ts';
import { exp } from './exp.ts';
import { greaterEqual } from './greater-equal.ts';
import { less } from './less.ts';
import { minimum } from './minimum.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { stopGradient } from './stop-gradient.ts';

/** Factors on either side of 0. */
export interface EluAttrs {
  readonly right: number;
  readonly left: number;
}

const op = defineElementwise<EluAttrs, 2>({
  name: 'eluGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n, { right, left }) => k.eluGrad(x, dy, dx, n, right, left),
  reference: ([x, dy], { right, left }) => dy * (x >= 0 ? right : left * Math.exp(x)),
  gradient: composedGradient(([x, dy], { right, left }) => {
    const onRight = scale(stopGradient(greaterEqual(x, 0)), right);
    const onLeft = scale(mul(exp(minimum(x, 0)), stopGradient(less(x, 0))), left);
    return [mul(dy, add(onRight, onLeft))];
  }),
  attrs: [
    { right: 1, left: 0.75 },
    { right: 1.5, left: 2 },
  ],
  test: { kinks: [0] },
});

/** dL/dx of y = elu(x): dy · (x ≥ 0 ? right : left · eˣ). */
export function eluGrad(x: Node, dy: Node, attrs: EluAttrs): Node {
  return op([x, dy], attrs);
}

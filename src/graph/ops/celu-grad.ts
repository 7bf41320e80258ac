import { composedGradient } from '../composed-gradient.ts';
import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';
import { exp } from './exp.ts';
import { minimum } from './minimum.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';

/** The parameter of `celu`. */
export interface CeluAttrs {
  /** What the left side tends to, negated. */
  readonly alpha: number;
}

const op = defineElementwise<CeluAttrs, 2>({
  name: 'celuGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n, { alpha }) => k.celuGrad(x, dy, dx, n, alpha),
  reference: ([x, dy], { alpha }) => dy * (x >= 0 ? 1 : Math.exp(x / alpha)),
  gradient: composedGradient(([x, dy], { alpha }) => [mul(dy, exp(scale(minimum(x, 0), 1 / alpha)))]),
  attrs: [{ alpha: 1 }, { alpha: 2.5 }],
  test: { kinks: [0] },
});

/** dL/dx of y = celu(x): dy · (x ≥ 0 ? 1 : e^(x/alpha)). */
export function celuGrad(x: Node, dy: Node, attrs: CeluAttrs): Node {
  return op([x, dy], attrs);
}

import { composedGradient } from '../composed-gradient.ts';
import { normalDensity, normalDistribution } from '../error-function.ts';
import { defineElementwise } from '../families.ts';
import { vanishing } from '../logistic.ts';
import type { Node } from '../node.ts';
import { add } from './add.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { square } from './square.ts';

const op = defineElementwise<object, 2>({
  name: 'geluGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n) => k.geluGrad(x, dy, dx, n),
  reference: ([x, dy]) => dy * (normalDistribution(x) + vanishing(x, normalDensity(x))),
  gradient: composedGradient(([x, dy]) => {
    const distribution = scale(erf(scale(x, Math.SQRT1_2)), 0.5, 0.5);
    const density = scale(exp(scale(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [mul(dy, add(distribution, mul(x, density)))];
  }),
});

/** dL/dx of y = gelu(x): dy · (Φ(x) + x · φ(x)). */
export function geluGrad(x: Node, dy: Node): Node {
  return op([x, dy], {});
}

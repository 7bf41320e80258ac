import { composedGradient } from '../composed-gradient.ts';
import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';
import { abs } from './abs.ts';
import { add } from './add.ts';
import { clip } from './clip.ts';
import { greaterEqual } from './greater-equal.ts';
import { less } from './less.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { stopGradient } from './stop-gradient.ts';

const op = defineElementwise<object, 2>({
  name: 'hardSiluGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n) => k.hardSiluGrad(x, dy, dx, n),
  reference: ([x, dy]) => (x <= -3 ? 0 : x >= 3 ? dy : dy * (x / 3 + 0.5)),
  gradient: composedGradient(([x, dy]) => {
    const isInside = stopGradient(less(abs(x), 3));
    const slope = add(mul(scale(clip(x, -3, 3), 1 / 3, 0.5), isInside), stopGradient(greaterEqual(x, 3)));
    return [mul(dy, slope)];
  }),
  test: { kinks: [-3, 3], domain: { low: -5, high: 5 } },
});

/** dL/dx of y = hardSilu(x): 0 for x ≤ −3, dy for x ≥ 3, dy · (2x + 3)/6 between. */
export function hardSiluGrad(x: Node, dy: Node): Node {
  return op([x, dy], {});
}

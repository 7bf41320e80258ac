import { defineBinary } from '../binary.ts';
import { add } from './add.ts';
import { greater } from './greater.ts';
import { greaterEqual } from './greater-equal.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { stopGradient } from './stop-gradient.ts';

/** The larger of a and b, elementwise with broadcasting; NaN if either is. Shape: broadcast of both. Equal operands share the gradient. */
export const maximum = defineBinary({
  name: 'maximum',
  reference: (a, b) => Math.max(a, b),
  // dy goes to the larger operand, half to each where they are equal
  gradient: ({ a, b, dy }) => {
    const share = stopGradient(scale(add(greaterEqual(a, b), greater(a, b)), 0.5));
    return [mul(dy, share), mul(dy, scale(share, -1, 1))];
  },
  test: { ties: true, tolerance: 0 },
});

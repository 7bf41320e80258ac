import { defineBinary } from '../binary.ts';
import { add } from './add.ts';
import { less } from './less.ts';
import { lessEqual } from './less-equal.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { stopGradient } from './stop-gradient.ts';

/** The smaller of a and b, elementwise with broadcasting; NaN if either is. Shape: broadcast of both. Equal operands share the gradient. */
export const minimum = defineBinary({
  name: 'minimum',
  reference: (a, b) => Math.min(a, b),
  // dy goes to the smaller operand, half to each where they are equal
  gradient: ({ a, b, dy }) => {
    const share = stopGradient(scale(add(lessEqual(a, b), less(a, b)), 0.5));
    return [mul(dy, share), mul(dy, scale(share, -1, 1))];
  },
  test: { ties: true, tolerance: 0 },
});

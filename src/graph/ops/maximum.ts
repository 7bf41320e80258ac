import { defineBinary } from '../binary.ts';
import { greaterEqual } from './greater-equal.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { stopGradient } from './stop-gradient.ts';

/** The larger of a and b, elementwise with broadcasting; NaN if either is. Shape: broadcast of both. Of equal operands, `a` gets the gradient. */
export const maximum = defineBinary({
  name: 'maximum',
  reference: (a, b) => Math.max(a, b),
  // dy goes to the larger operand, to a where they are equal
  gradient: ({ a, b, dy }) => {
    const isFirst = stopGradient(greaterEqual(a, b));
    return [mul(dy, isFirst), mul(dy, scale(isFirst, -1, 1))];
  },
  test: { ties: true, tolerance: 0 },
});

import { defineBinary } from '../binary.ts';
import { lessEqual } from './less-equal.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { stopGradient } from './stop-gradient.ts';

/** The smaller of a and b, elementwise with broadcasting; NaN if either is. Shape: broadcast of both. Of equal operands, `a` gets the gradient. */
export const minimum = defineBinary({
  name: 'minimum',
  reference: (a, b) => Math.min(a, b),
  // dy goes to the smaller operand, to a where they are equal
  gradient: ({ a, b, dy }) => {
    const isFirst = stopGradient(lessEqual(a, b));
    return [mul(dy, isFirst), mul(dy, scale(isFirst, -1, 1))];
  },
  test: { ties: true, tolerance: 0 },
});

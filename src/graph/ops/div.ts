import { defineBinary } from '../binary.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

/** a / b, elementwise with broadcasting. Shape: broadcast of both. */
export const div = defineBinary({
  name: 'div',
  reference: (a, b) => a / b,
  // dL/da = dy / b, dL/db = −dy · y / b
  gradient: ({ b, y, dy }) => [div(dy, b), neg(div(mul(dy, y), b))],
  test: {
    domain: [
      { low: -2, high: 2 },
      { low: 0.5, high: 2 },
    ],
    tolerance: 0,
  },
});

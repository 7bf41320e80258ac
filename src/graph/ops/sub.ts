import { defineBinary } from '../binary.ts';
import { neg } from './neg.ts';

/** a − b, elementwise with broadcasting. Shape: broadcast of both. */
export const sub = defineBinary({
  name: 'sub',
  reference: (a, b) => a - b,
  // dL/da = dy, dL/db = −dy
  gradient: ({ dy }) => [dy, neg(dy)],
  test: { tolerance: 0 },
});

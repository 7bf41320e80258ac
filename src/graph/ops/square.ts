import { defineUnary } from '../families.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';

/** x². Shape: any → same. */
export const square = defineUnary({
  name: 'square',
  kernel: (k, x, y, n) => k.square(x, y, n),
  reference: (x) => x * x,
  // dL/dx = dy · 2x
  gradient: ({ x, dy }) => mul(dy, scale(x, 2)),
  test: { tolerance: 0 },
});

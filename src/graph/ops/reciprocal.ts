import { defineUnary } from '../families.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { square } from './square.ts';

/** 1/x. Shape: any → same. */
export const reciprocal = defineUnary({
  name: 'reciprocal',
  kernel: (k, x, y, n) => k.reciprocal(x, y, n),
  reference: (x) => 1 / x,
  // dL/dx = −dy / x²
  gradient: ({ y, dy }) => neg(mul(dy, square(y))),
  test: { domain: { low: 0.3, high: 4 }, tolerance: 0 },
});

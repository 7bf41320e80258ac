import { defineUnary } from '../families.ts';
import { mul } from './mul.ts';
import { scale } from './scale.ts';
import { square } from './square.ts';

/** 1/√x. Shape: any → same. */
export const rsqrt = defineUnary({
  name: 'rsqrt',
  kernel: (k, x, y, n) => k.rsqrt(x, y, n),
  reference: (x) => 1 / Math.sqrt(x),
  // dL/dx = −½ · dy · x^(−3/2)
  gradient: ({ y, dy }) => mul(scale(dy, -0.5), mul(y, square(y))),
  test: { domain: { low: 0.1, high: 4 } },
});

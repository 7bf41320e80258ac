import { defineUnary } from '../families.ts';

/** −1, 0 or 1 by the sign of x. Shape: any → same. Not differentiable. */
export const sign = defineUnary({
  name: 'sign',
  kernel: (k, x, y, n) => k.sign(x, y, n),
  reference: (x) => Math.sign(x),
  gradient: null,
  test: { tolerance: 0 },
});

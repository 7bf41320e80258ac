import { defineUnary } from '../families.ts';

/** Smallest integer not below x. Shape: any → same. Not differentiable. */
export const ceil = defineUnary({
  name: 'ceil',
  kernel: (k, x, y, n) => k.ceil(x, y, n),
  reference: (x) => Math.ceil(x),
  gradient: null,
  test: { tolerance: 0 },
});

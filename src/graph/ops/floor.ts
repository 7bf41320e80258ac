import { defineUnary } from '../families.ts';

/** Largest integer not above x. Shape: any → same. Not differentiable. */
export const floor = defineUnary({
  name: 'floor',
  kernel: (k, x, y, n) => k.floor(x, y, n),
  reference: (x) => Math.floor(x),
  gradient: null,
  test: { tolerance: 0 },
});

import { defineUnary } from '../families.ts';

/** The nearest integer, the even one of two equally near. Shape: any → same. Not differentiable. */
export const round = defineUnary({
  name: 'round',
  kernel: (k, x, y, n) => k.round(x, y, n),
  reference: (x) => {
    const below = Math.floor(x);
    const isLower = x - below < 0.5 || (x - below === 0.5 && below % 2 === 0);
    return Number.isFinite(x) ? (isLower ? below : below + 1) : x;
  },
  gradient: null,
  test: { tolerance: 0 },
});

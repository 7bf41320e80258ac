import { defineUnary } from '../families.ts';
import { mul } from './mul.ts';

/** eˣ. Shape: any → same. */
export const exp = defineUnary({
  name: 'exp',
  kernel: (k, x, y, n) => k.exp(x, y, n),
  reference: (x) => Math.exp(x),
  // dL/dx = dy · eˣ
  gradient: ({ y, dy }) => mul(dy, y),
});

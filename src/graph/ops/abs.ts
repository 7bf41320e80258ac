import { defineUnary } from '../families.ts';
import { mul } from './mul.ts';
import { sign } from './sign.ts';
import { stopGradient } from './stop-gradient.ts';

/** |x|. Shape: any → same. Its gradient at 0 is 0. */
export const abs = defineUnary({
  name: 'abs',
  kernel: (k, x, y, n) => k.abs(x, y, n),
  reference: (x) => Math.abs(x),
  // dL/dx = dy · sign(x), held fixed: the derivative of sign is 0
  gradient: ({ x, dy }) => mul(dy, stopGradient(sign(x))),
  test: { kinks: [0], tolerance: 0 },
});

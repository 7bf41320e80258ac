import { defineUnary } from '../families.ts';
import { exp } from './exp.ts';
import { mul } from './mul.ts';

/** eˣ − 1, exact for small x too. Shape: any → same. */
export const expm1 = defineUnary({
  name: 'expm1',
  kernel: (k, x, y, n) => k.expm1(x, y, n),
  reference: (x) => Math.expm1(x),
  // dL/dx = dy · eˣ, from x because y + 1 has lost the digits of a small eˣ
  gradient: ({ x, dy }) => mul(dy, exp(x)),
});

import { defineUnary } from '../families.ts';
import type { Node } from '../node.ts';
import { cos } from './cos.ts';
import { mul } from './mul.ts';

/** Sine of x in radians. Shape: any → same. */
export const sin = defineUnary({
  name: 'sin',
  kernel: (k, x, y, n) => k.sin(x, y, n),
  reference: (x) => Math.sin(x),
  // dL/dx = dy · cos(x)
  gradient: ({ x, dy }): Node => mul(dy, cos(x)),
});

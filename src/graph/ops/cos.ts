import { defineUnary } from '../families.ts';
import type { Node } from '../node.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { sin } from './sin.ts';

/** Cosine of x in radians. Shape: any → same. */
export const cos = defineUnary({
  name: 'cos',
  kernel: (k, x, y, n) => k.cos(x, y, n),
  reference: (x) => Math.cos(x),
  // dL/dx = −dy · sin(x)
  gradient: ({ x, dy }): Node => neg(mul(dy, sin(x))),
});

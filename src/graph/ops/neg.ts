import { defineUnary } from '../families.ts';
import type { Node } from '../node.ts';

/** −x. Shape: any → same. */
export const neg = defineUnary({
  name: 'neg',
  kernel: (k, x, y, n) => k.neg(x, y, n),
  reference: (x) => -x,
  // dL/dx = −dy
  gradient: ({ dy }): Node => neg(dy),
  test: { tolerance: 0 },
});

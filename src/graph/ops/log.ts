import { defineUnary } from '../families.ts';
import { div } from './div.ts';

/** Natural logarithm. Shape: any → same. */
export const log = defineUnary({
  name: 'log',
  kernel: (k, x, y, n) => k.log(x, y, n),
  reference: (x) => Math.log(x),
  // dL/dx = dy / x
  gradient: ({ x, dy }) => div(dy, x),
  test: { domain: { low: 0.1, high: 4 } },
});

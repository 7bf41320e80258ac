import { defineUnary } from '../families.ts';
import { div } from './div.ts';
import { scale } from './scale.ts';

/** log(1 + x), exact for small x too. Shape: any → same. */
export const log1p = defineUnary({
  name: 'log1p',
  kernel: (k, x, y, n) => k.log1p(x, y, n),
  reference: (x) => Math.log1p(x),
  // dL/dx = dy / (1 + x)
  gradient: ({ x, dy }) => div(dy, scale(x, 1, 1)),
  test: { domain: { low: -0.8, high: 4 } },
});

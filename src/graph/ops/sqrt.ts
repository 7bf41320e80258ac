import { defineUnary } from '../families.ts';
import { div } from './div.ts';
import { scale } from './scale.ts';

/** √x. Shape: any → same. */
export const sqrt = defineUnary({
  name: 'sqrt',
  kernel: (k, x, y, n) => k.sqrt(x, y, n),
  reference: (x) => Math.sqrt(x),
  // dL/dx = dy / 2√x
  gradient: ({ y, dy }) => div(scale(dy, 0.5), y),
  test: { domain: { low: 0.1, high: 4 }, tolerance: 0 },
});

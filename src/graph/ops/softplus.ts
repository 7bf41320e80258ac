import { defineUnary } from '../families.ts';
import { softplusGrad } from './softplus-grad.ts';

/** log(1 + eˣ), a smooth relu. Shape: any → same. */
export const softplus = defineUnary({
  name: 'softplus',
  kernel: (k, x, y, n) => k.softplus(x, y, n),
  reference: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  // dL/dx = dy · sigmoid(x)
  gradient: ({ x, dy }) => softplusGrad(x, dy),
});

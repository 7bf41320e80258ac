import { defineUnary } from '../families.ts';
import { sigmoidOf } from '../logistic.ts';
import { siluGrad } from './silu-grad.ts';

/** x · sigmoid(x), also called swish. Shape: any → same. Hendrycks & Gimpel 2016; Ramachandran et al. 2017. */
export const silu = defineUnary({
  name: 'silu',
  kernel: (k, x, y, n) => k.silu(x, y, n),
  reference: (x) => (x === -Infinity ? 0 : x * sigmoidOf(x)),
  // dL/dx = dy · s · (1 + x · (1 − s)), s = sigmoid(x)
  gradient: ({ x, dy }) => siluGrad(x, dy),
});

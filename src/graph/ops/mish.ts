import { defineUnary } from '../families.ts';
import { gateOfMish } from '../logistic.ts';
import { mishGrad } from './mish-grad.ts';

/** x · tanh(softplus(x)). Shape: any → same. Misra 2019. */
export const mish = defineUnary({
  name: 'mish',
  kernel: (k, x, y, n) => k.mish(x, y, n),
  reference: (x) => (x === -Infinity ? 0 : x * gateOfMish(x)),
  // dL/dx = dy · (w + x · sigmoid(x) · (1 − w²)), w = tanh(softplus(x))
  gradient: ({ x, dy }) => mishGrad(x, dy),
});

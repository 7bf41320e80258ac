import { defineUnary } from '../families.ts';
import { argumentOfGelu, sigmoidOf } from '../logistic.ts';
import { geluTanhGrad } from './gelu-tanh-grad.ts';

/** ½x · (1 + tanh(√(2/π) · (x + 0.044715x³))), the usual approximation of gelu. Shape: any → same. Hendrycks & Gimpel 2016. */
export const geluTanh = defineUnary({
  name: 'geluTanh',
  kernel: (k, x, y, n) => k.geluTanh(x, y, n),
  reference: (x) => (x === -Infinity ? 0 : x * sigmoidOf(argumentOfGelu(x))),
  // dL/dx = dy · s · (1 + x · v′ · (1 − s)), s = sigmoid(v), v = 2√(2/π) · (x + 0.044715x³)
  gradient: ({ x, dy }) => geluTanhGrad(x, dy),
});

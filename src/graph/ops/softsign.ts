import { defineUnary } from '../families.ts';
import { softsignGrad } from './softsign-grad.ts';

/** x / (1 + |x|). Shape: any → same. Glorot & Bengio 2010. */
export const softsign = defineUnary({
  name: 'softsign',
  kernel: (k, x, y, n) => k.softsign(x, y, n),
  reference: (x) => (Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x))),
  // dL/dx = dy / (1 + |x|)²
  gradient: ({ x, dy }) => softsignGrad(x, dy),
});

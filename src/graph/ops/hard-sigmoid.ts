import { defineUnary } from '../families.ts';
import { hardSigmoidGrad } from './hard-sigmoid-grad.ts';

/** relu6(x + 3)/6: 0 up to −3, 1 from 3 on, a line between. Shape: any → same. As in Keras 3 and PyTorch. */
export const hardSigmoid = defineUnary({
  name: 'hardSigmoid',
  kernel: (k, x, y, n) => k.hardSigmoid(x, y, n),
  reference: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  // dL/dx = dy/6 for |x| < 3, else 0
  gradient: ({ x, dy }) => hardSigmoidGrad(x, dy),
  test: { kinks: [-3, 3], domain: { low: -5, high: 5 } },
});

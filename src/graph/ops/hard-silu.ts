import { defineUnary } from '../families.ts';
import { hardSiluGrad } from './hard-silu-grad.ts';

/** x · hardSigmoid(x), also called hard swish. Shape: any → same. Howard et al. 2019. */
export const hardSilu = defineUnary({
  name: 'hardSilu',
  kernel: (k, x, y, n) => k.hardSilu(x, y, n),
  reference: (x) => (x <= -3 ? 0 : x * (Math.min(x + 3, 6) / 6)),
  // dL/dx = 0 for x ≤ −3, dy for x ≥ 3, dy · (2x + 3)/6 between
  gradient: ({ x, dy }) => hardSiluGrad(x, dy),
  test: { kinks: [-3, 3], domain: { low: -5, high: 5 } },
});

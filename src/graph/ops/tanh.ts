import { ACTIVATION_TANH } from '../../engine/index.ts';
import { defineUnary } from '../families.ts';
import { tanhGrad } from './tanh-grad.ts';

/** Hyperbolic tangent. Shape: any → same. */
export const tanh = defineUnary({
  name: 'tanh',
  kernel: (k, x, y, n) => k.tanh(x, y, n),
  reference: (x) => Math.tanh(x),
  // dL/dx = dy · (1 − y²)
  gradient: ({ y, dy }) => tanhGrad(y, dy),
  record: { epilogue: ACTIVATION_TANH },
});

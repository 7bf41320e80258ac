import { ACTIVATION_SIGMOID } from '../../engine/index.ts';
import { defineUnary } from '../families.ts';
import { sigmoidGrad } from './sigmoid-grad.ts';

/** 1 / (1 + e⁻ˣ). Shape: any → same. */
export const sigmoid = defineUnary({
  name: 'sigmoid',
  kernel: (k, x, y, n) => k.sigmoid(x, y, n),
  reference: (x) => 1 / (1 + Math.exp(-x)),
  // dL/dx = dy · y · (1 − y)
  gradient: ({ y, dy }) => sigmoidGrad(y, dy),
  record: { epilogue: ACTIVATION_SIGMOID, lossActivation: 'sigmoid' },
});

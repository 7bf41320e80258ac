import { ACTIVATION_RELU } from '../../engine/index.ts';
import { defineUnary } from '../families.ts';
import { reluGrad } from './relu-grad.ts';

/** max(x, 0). Shape: any → same. Nair & Hinton 2010. */
export const relu = defineUnary({
  name: 'relu',
  kernel: (k, x, y, n) => k.relu(x, y, n),
  reference: (x) => (x > 0 || Number.isNaN(x) ? x : 0),
  // dL/dx = dy where y > 0, else 0
  gradient: ({ y, dy }) => reluGrad(y, dy),
  test: { kinks: [0], tolerance: 0 },
  record: { epilogue: ACTIVATION_RELU },
});

import { erfSeries } from '../error-function.ts';
import { defineUnary } from '../families.ts';
import { exp } from './exp.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { scale } from './scale.ts';
import { square } from './square.ts';

/** The error function, 2/√π · ∫₀ˣ e^(−t²) dt. Shape: any → same. */
export const erf = defineUnary({
  name: 'erf',
  kernel: (k, x, y, n) => k.erf(x, y, n),
  reference: erfSeries,
  // dL/dx = dy · 2/√π · e^(−x²)
  gradient: ({ x, dy }) => mul(scale(dy, 2 / Math.sqrt(Math.PI)), exp(neg(square(x)))),
});

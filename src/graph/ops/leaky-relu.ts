import type { Operand, Result } from '../define-op.ts';
import { defineUnary } from '../families.ts';
import { type LeakyReluAttrs, leakyReluGrad } from './leaky-relu-grad.ts';

const op = defineUnary<LeakyReluAttrs>({
  name: 'leakyRelu',
  kernel: (k, x, y, n, { slope, threshold, limit }) => k.leakyRelu(x, y, n, slope, threshold, limit),
  reference: (x, { slope, threshold, limit }) => {
    if (x >= limit) return limit;
    if (x <= threshold) return slope === 0 ? 0 : slope * (x - threshold);
    return x;
  },
  // dL/dx = 0 for x ≥ limit, dy above the threshold, slope · dy below
  gradient: ({ x, dy, attrs }) => leakyReluGrad(x, dy, attrs),
  attrs: [
    { slope: 0.2, threshold: 0, limit: Infinity },
    { slope: 0, threshold: 0, limit: 1.5 },
    { slope: 0.1, threshold: 0.25, limit: 1.5 },
  ],
  test: { kinks: [0, 0.25, 1.5] },
});

/** Parameters of {@link leakyRelu}. */
export interface LeakyReluOptions {
  /** Slope below the threshold. Default 0.2. */
  readonly negativeSlope?: number;
  /** Where the left side begins. Default 0. */
  readonly threshold?: number;
  /** Largest value. Default Infinity. */
  readonly maxValue?: number;
}

/**
 * x above the threshold, at most maxValue; negativeSlope · (x − threshold) below. Shape: any → same. Maas et al. 2013. Its gradient
 * is 0 from maxValue on.
 */
export function leakyRelu<X extends Operand>(
  x: X,
  { negativeSlope = 0.2, threshold = 0, maxValue = Infinity }: LeakyReluOptions = {},
): Result<X> {
  return op(x, { slope: negativeSlope, threshold, limit: maxValue });
}

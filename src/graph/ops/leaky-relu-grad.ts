import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';

/** A rectifier: its slope on the left of a threshold, and its limit. */
export interface LeakyReluAttrs {
  readonly slope: number;
  readonly threshold: number;
  readonly limit: number;
}

const op = defineElementwise<LeakyReluAttrs, 2>({
  name: 'leakyReluGrad',
  arity: 2,
  kernel: (k, [x, dy], dx, n, { slope, threshold, limit }) => k.leakyReluGrad(x, dy, dx, n, slope, threshold, limit),
  reference: ([x, dy], { slope, threshold, limit }) => (x >= limit ? 0 : x <= threshold ? slope * dy : dy),
  // x enters through steps, whose derivative is 0; dL/d(dy) is the same step of g
  gradient: ({ inputs: [x], dy: g, attrs }) => [null, leakyReluGrad(x, g, attrs)],
  attrs: [
    { slope: 0.2, threshold: 0, limit: Infinity },
    { slope: 0.1, threshold: 0.25, limit: 1.5 },
  ],
  test: { kinks: [0, 0.25, 1.5] },
});

/** dL/dx of y = leakyRelu(x): 0 for x ≥ limit, dy above the threshold, slope · dy below. */
export function leakyReluGrad(x: Node, dy: Node, attrs: LeakyReluAttrs): Node {
  return op([x, dy], attrs);
}

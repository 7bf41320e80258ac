import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { lastAxisCases, referenceRows, rowSpec, rowsOf } from '../rows.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

const op = defineOp<object, 2>({
  name: 'softmaxGrad',
  infer: ([y, dy]) => rowSpec('softmaxGrad', y, dy),
  lower: (k, { inputs, outputs, inputSpecs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    k.softmaxGrad(inputs[0]!, inputs[1]!, outputs[0]!, rows, cols);
  },
  // dL/dy = g · (dy − Σ dy·y) − dy · Σ g·y, dL/d(dy) = y · (g − Σ g·y)
  gradient: ({ inputs: [y, dy], dy: g }) => [
    sub(mul(g, sub(dy, sum(mul(dy, y), -1, true))), mul(dy, sum(mul(g, y), -1, true))),
    softmaxGrad(y, g),
  ],
  reference: ([y, dy]) =>
    referenceRows([y, dy], ([p, d]) => {
      const total = p.reduce((sum, v, i) => sum + v * d[i]!, 0);
      return p.map((v, i) => v * (d[i]! - total));
    }),
  test: {
    cases: lastAxisCases.map((shape) => ({ shapes: [shape, shape], attrs: {} })),
    domain: [
      { low: 0, high: 1 },
      { low: -2, high: 2 },
    ],
  },
  inPlace: [1],
});

/** dL/dx of y = softmax(x) over the last axis: y · (dy − Σ dy·y). */
export function softmaxGrad(y: Node, dy: Node): Node {
  return op([y, dy], {});
}

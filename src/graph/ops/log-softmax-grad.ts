import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { lastAxisCases, referenceRows, rowSpec, rowsOf } from '../rows.ts';
import { exp } from './exp.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

const op = defineOp<object, 2>({
  name: 'logSoftmaxGrad',
  infer: ([y, dy]) => rowSpec('logSoftmaxGrad', y, dy),
  lower: (k, { inputs, outputs, inputSpecs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    k.logSoftmaxGrad(inputs[0]!, inputs[1]!, outputs[0]!, rows, cols);
  },
  // dL/dy = −g · eʸ · Σ dy, dL/d(dy) = g − Σ g·eʸ
  gradient: ({ inputs: [y, dy], dy: g }) => {
    const weighted = mul(g, exp(y));
    return [neg(mul(weighted, sum(dy, -1, true))), sub(g, sum(weighted, -1, true))];
  },
  reference: ([y, dy]) =>
    referenceRows([y, dy], ([p, d]) => {
      const total = d.reduce((a, b) => a + b, 0);
      return p.map((v, i) => d[i]! - Math.exp(v) * total);
    }),
  test: {
    cases: lastAxisCases.map((shape) => ({ shapes: [shape, shape], attrs: {} })),
    domain: [
      { low: -3, high: 0 },
      { low: -2, high: 2 },
    ],
  },
  inPlace: [1],
});

/** dL/dx of y = logSoftmax(x) over the last axis: dy − eʸ · Σ dy. */
export function logSoftmaxGrad(y: Node, dy: Node): Node {
  return op([y, dy], {});
}

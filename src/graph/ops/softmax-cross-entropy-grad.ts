import { composedGradient } from '../composed-gradient.ts';
import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { crossEntropyCases, rowsOf } from '../rows.ts';
import { mul } from './mul.ts';
import { reshape } from './reshape.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

const op = defineOp<object, 3>({
  name: 'softmaxCrossEntropyGrad',
  infer: ([probabilities]) => probabilities,
  lower: (k, { inputs, outputs, inputSpecs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    k.softmaxCrossEntropyGrad(inputs[0]!, inputs[1]!, inputs[2]!, outputs[0]!, rows, cols);
  },
  gradient: composedGradient(([probabilities, targets, dloss]) => [
    mul(sub(mul(probabilities, sum(targets, -1, true)), targets), reshape(dloss, [-1, 1])),
  ]),
  reference: ([{ shape, data }, targets, dloss]) => {
    const { cols } = rowsOf({ shape });
    const totals = dloss.data.map((_, row) => targets.data.subarray(row * cols, (row + 1) * cols).reduce((a, b) => a + b, 0));
    const row = (i: number): number => Math.floor(i / cols);
    return { shape, data: data.map((p, i) => (p * totals[row(i)]! - targets.data[i]!) * dloss.data[row(i)]!) };
  },
  test: {
    cases: crossEntropyCases.map((shape) => ({ shapes: [shape, shape, [shape[0]]], attrs: {} })),
    domain: [
      { low: 0, high: 1 },
      { low: 0, high: 1 },
      { low: -2, high: 2 },
    ],
  },
  inPlace: [0],
});

/** dL/dlogits of {@link softmaxCrossEntropy}: (p · Σt − t) · dloss, row by row. */
export function softmaxCrossEntropyGrad(probabilities: Node, targets: Node, dloss: Node): Node {
  return op([probabilities, targets, dloss], {});
}

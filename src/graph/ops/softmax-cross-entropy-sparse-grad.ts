import { composedGradient } from '../composed-gradient.ts';
import { defineOp } from '../define-op.ts';
import type { Node } from '../node.ts';
import { crossEntropyCases, rowsOf } from '../rows.ts';
import { mul } from './mul.ts';
import { oneHot } from './one-hot.ts';
import { reshape } from './reshape.ts';
import { sub } from './sub.ts';

const op = defineOp<object, 3>({
  name: 'softmaxCrossEntropySparseGrad',
  infer: ([probabilities]) => probabilities,
  lower: (k, { inputs, outputs, inputSpecs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    k.softmaxCrossEntropySparseGrad(inputs[0]!, inputs[1]!, inputs[2]!, outputs[0]!, rows, cols);
  },
  gradient: composedGradient(([probabilities, labels, dloss]) => [
    mul(sub(probabilities, oneHot(labels, rowsOf(probabilities).cols)), reshape(dloss, [-1, 1])),
  ]),
  reference: ([{ shape, data }, labels, dloss]) => {
    const { cols } = rowsOf({ shape });
    const row = (i: number): number => Math.floor(i / cols);
    return { shape, data: data.map((p, i) => (p - (i % cols === labels.data[row(i)] ? 1 : 0)) * dloss.data[row(i)]!) };
  },
  test: {
    cases: crossEntropyCases.map(([rows, cols]) => ({
      shapes: [[rows, cols], [rows], [rows]],
      attrs: {},
      domain: [
        { low: 0, high: 1 },
        { low: 0, high: cols - 1, dtype: 'int32' },
        { low: -2, high: 2 },
      ],
    })),
    nonDifferentiable: [1],
  },
  inPlace: [0],
});

/** dL/dlogits of {@link softmaxCrossEntropySparse}: (p − 1[label]) · dloss, row by row. */
export function softmaxCrossEntropySparseGrad(probabilities: Node, labels: Node, dloss: Node): Node {
  return op([probabilities, labels, dloss], {});
}

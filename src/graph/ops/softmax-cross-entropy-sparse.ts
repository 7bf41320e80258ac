import { failShape } from '../../base/fail.ts';
import { formatShape, sameShape, sizeOf } from '../../base/shape.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { crossEntropyCases, crossEntropySpecs, referenceSoftmax, rowsOf } from '../rows.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { reshape } from './reshape.ts';
import { softmaxCrossEntropySparseGrad } from './softmax-cross-entropy-sparse-grad.ts';
import { softmaxGrad } from './softmax-grad.ts';

const op = defineOp<object, 2>({
  name: 'softmaxCrossEntropySparse',
  infer: ([logits, labels]) => {
    const specs = crossEntropySpecs('softmaxCrossEntropySparse', logits);
    if (labels.dtype !== 'int32' || !sameShape(labels.shape, specs[0].shape)) {
      failShape(
        'softmaxCrossEntropySparse',
        `int32 labels of shape ${formatShape(specs[0].shape)}`,
        `${labels.dtype} ${formatShape(labels.shape)}`,
      );
    }
    return specs;
  },
  lower: (k, { inputs, outputs, inputSpecs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    k.softmaxCrossEntropySparse(inputs[0]!, inputs[1]!, outputs[0]!, outputs[1]!, rows, cols);
  },
  // dL/dlogits = (p − 1[label]) · dloss, and what reaches the probabilities goes through softmax.
  gradient: ({ inputs: [, labels], outputs, dys }) => {
    const probabilities = outputs[1]!;
    const [dloss, dp] = dys;
    const throughLoss = dloss ? softmaxCrossEntropySparseGrad(probabilities, labels, dloss) : null;
    const throughSoftmax = dp ? softmaxGrad(probabilities, dp) : null;
    return [throughLoss && throughSoftmax ? add(throughLoss, throughSoftmax) : (throughLoss ?? throughSoftmax), null];
  },
  reference: ([logits, labels]) => {
    const { probabilities, logTotals } = referenceSoftmax(logits);
    const { cols } = rowsOf(logits);
    const loss = logTotals.map((total, row) => total - logits.data[row * cols + labels.data[row]!]!);
    return [{ shape: labels.shape, data: loss }, probabilities];
  },
  test: {
    cases: crossEntropyCases.map(([rows, cols]) => ({
      shapes: [[rows, cols], [rows]],
      attrs: {},
      domain: [
        { low: -4, high: 4 },
        { low: 0, high: cols - 1, dtype: 'int32' },
      ],
    })),
    nonDifferentiable: [1],
  },
  work: ([logits]) => 20 * sizeOf(logits!.shape),
});

/**
 * −log softmax(logits)[label] for int32 labels, and the softmax itself, without overflow. Shape: […, classes], […] → loss […] and
 * probabilities […, classes]. Labels may have a last axis of 1; they must lie in 0…classes−1, which is not checked here.
 */
export function softmaxCrossEntropySparse<X extends Operand, Y extends Operand>(
  logits: X,
  labels: Y,
): { loss: Result<X | Y>; probabilities: Result<X | Y> } {
  const { shape } = asNode('softmaxCrossEntropySparse', logits);
  if (shape.length === 0) failShape('softmaxCrossEntropySparse', 'logits of rank >= 1', 'a scalar');
  const { rows, cols } = rowsOf({ shape });
  const given = asNode('softmaxCrossEntropySparse', labels).shape;
  const lead = shape.slice(0, -1);
  if (!sameShape(given, lead) && !sameShape(given, [...lead, 1])) {
    failShape('softmaxCrossEntropySparse', `labels of shape ${formatShape(lead)}`, formatShape(given));
  }
  const [loss, probabilities] = op.all<Operand>(
    [reshape<Operand>(logits, [rows, cols]), reshape<Operand>(cast<Operand>(labels, 'int32'), [rows])],
    {},
  );
  return { loss: reshape(loss!, lead) as Result<X | Y>, probabilities: reshape(probabilities!, shape) as Result<X | Y> };
}

import { failShape } from '../../base/fail.ts';
import { formatShape, sameShape, sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import { asNode, defineOp, type Operand, type Result } from '../define-op.ts';
import { crossEntropyCases, crossEntropySpecs, referenceSoftmax, rowsOf } from '../rows.ts';
import { add } from './add.ts';
import { logSoftmax } from './log-softmax.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { reshape } from './reshape.ts';
import { softmaxCrossEntropyGrad } from './softmax-cross-entropy-grad.ts';
import { softmaxGrad } from './softmax-grad.ts';

const op = defineOp<object, 2>({
  name: 'softmaxCrossEntropy',
  infer: ([logits, targets]) => {
    requireFloat32('softmaxCrossEntropy', targets);
    if (!sameShape(targets.shape, logits.shape)) {
      failShape('softmaxCrossEntropy', `targets of shape ${formatShape(logits.shape)}`, formatShape(targets.shape));
    }
    return crossEntropySpecs('softmaxCrossEntropy', logits);
  },
  lower: (k, { inputs, outputs, inputSpecs }) => {
    const { rows, cols } = rowsOf(inputSpecs[0]!);
    k.softmaxCrossEntropy(inputs[0]!, inputs[1]!, outputs[0]!, outputs[1]!, rows, cols);
  },
  // dL/dlogits = (p · Σt − t) · dloss, dL/dtargets = −log p · dloss, and what reaches the probabilities goes through softmax.
  gradient: ({ inputs: [logits, targets], outputs, dys }) => {
    const probabilities = outputs[1]!;
    const [dloss, dp] = dys;
    const throughLoss = dloss ? softmaxCrossEntropyGrad(probabilities, targets, dloss) : null;
    const throughSoftmax = dp ? softmaxGrad(probabilities, dp) : null;
    return [
      throughLoss && throughSoftmax ? add(throughLoss, throughSoftmax) : (throughLoss ?? throughSoftmax),
      dloss ? mul(neg(logSoftmax(logits)), reshape(dloss, [-1, 1])) : null,
    ];
  },
  reference: ([logits, targets]) => {
    const { probabilities, logTotals } = referenceSoftmax(logits);
    const { cols } = rowsOf(logits);
    const loss = logTotals.map((total, row) => {
      let sum = 0;
      for (let i = row * cols; i < (row + 1) * cols; i++) sum += targets.data[i]! * (total - logits.data[i]!);
      return sum;
    });
    return [{ shape: [loss.length], data: loss }, probabilities];
  },
  test: {
    cases: crossEntropyCases.map((shape) => ({ shapes: [shape, shape], attrs: {} })),
    domain: [
      { low: -4, high: 4 },
      { low: 0, high: 1 },
    ],
  },
  work: ([logits]) => 20 * sizeOf(logits!.shape),
});

/**
 * −Σ targets · log softmax(logits), and the softmax itself, without overflow. Shape: […, classes] twice → loss […] and probabilities
 * […, classes]. Targets need not add up to 1.
 */
export function softmaxCrossEntropy<X extends Operand, Y extends Operand>(
  logits: X,
  targets: Y,
): { loss: Result<X | Y>; probabilities: Result<X | Y> } {
  const { shape } = asNode('softmaxCrossEntropy', logits);
  if (shape.length === 0) failShape('softmaxCrossEntropy', 'logits of rank >= 1', 'a scalar');
  const given = asNode('softmaxCrossEntropy', targets).shape;
  if (!sameShape(given, shape)) failShape('softmaxCrossEntropy', `targets of shape ${formatShape(shape)}`, formatShape(given));
  const { rows, cols } = rowsOf({ shape });
  const [loss, probabilities] = op.all<Operand>(
    [reshape<Operand>(logits, [rows, cols]), reshape<Operand>(targets, [rows, cols])],
    {},
  );
  return {
    loss: reshape(loss!, shape.slice(0, -1)) as Result<X | Y>,
    probabilities: reshape(probabilities!, shape) as Result<X | Y>,
  };
}

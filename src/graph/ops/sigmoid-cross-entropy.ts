import { asNode, type Operand, type Result } from '../define-op.ts';
import { defineElementwise } from '../families.ts';
import { broadcastTo } from './broadcast-to.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { sigmoidCrossEntropyGrad } from './sigmoid-cross-entropy-grad.ts';

const op = defineElementwise<object, 2>({
  name: 'sigmoidCrossEntropy',
  arity: 2,
  kernel: (k, [logits, targets], loss, n) => k.sigmoidCrossEntropy(logits, targets, loss, n),
  reference: ([x, t]) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))),
  // dL/dlogits = (σ(x) − t) · dloss, dL/dtargets = −x · dloss
  gradient: ({ inputs: [logits, targets], dy }) => [sigmoidCrossEntropyGrad(logits, targets, dy), neg(mul(logits, dy))],
  test: {
    domain: [
      { low: -4, high: 4 },
      { low: 0, high: 1 },
    ],
  },
});

/**
 * −t·log σ(x) − (1−t)·log(1−σ(x)) of logits x and targets t, element by element, without overflow. Shape: any → same; targets are
 * stretched to it.
 */
export function sigmoidCrossEntropy<X extends Operand, Y extends Operand>(logits: X, targets: Y): Result<X | Y> {
  const { shape } = asNode('sigmoidCrossEntropy', logits);
  return op<Operand>([logits, broadcastTo<Operand>(targets, shape)], {}) as Result<X | Y>;
}

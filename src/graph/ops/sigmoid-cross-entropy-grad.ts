import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { sigmoid } from './sigmoid.ts';
import { sigmoidGrad } from './sigmoid-grad.ts';
import { sub } from './sub.ts';

const op = defineElementwise<object, 3>({
  name: 'sigmoidCrossEntropyGrad',
  arity: 3,
  kernel: (k, [logits, targets, dloss], dx, n) => k.sigmoidCrossEntropyGrad(logits, targets, dloss, dx, n),
  reference: ([x, t, dloss]) => (1 / (1 + Math.exp(-x)) - t) * dloss,
  // dL/dx = g · dloss · σ'(x), dL/dt = −g · dloss, dL/d(dloss) = g · (σ(x) − t)
  gradient: ({ inputs: [x, t, dloss], dy: g }) => {
    const weighted = mul(g, dloss);
    const s = sigmoid(x);
    return [sigmoidGrad(s, weighted), neg(weighted), mul(g, sub(s, t))];
  },
  test: {
    domain: [
      { low: -4, high: 4 },
      { low: 0, high: 1 },
      { low: -2, high: 2 },
    ],
  },
});

/** dL/dlogits of {@link sigmoidCrossEntropy}: (σ(x) − t) · dloss. */
export function sigmoidCrossEntropyGrad(logits: Node, targets: Node, dloss: Node): Node {
  return op([logits, targets, dloss], {});
}

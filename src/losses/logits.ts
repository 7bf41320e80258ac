/**
 * @file Finding the logits behind a prediction. A cross-entropy computed from the input of the last sigmoid or softmax is exact where
 * the probabilities themselves have been rounded to 0 or 1, and takes fewer passes over the data.
 */

import { callOf, type Node } from '../graph/node.ts';
import { reshape } from '../graph/ops.ts';

/** The input of the `activation` that made `yPred`, in the shape of `yPred`; undefined when something else made it. */
export function logitsBehind(yPred: Node, activation: 'softmax' | 'sigmoid'): Node | undefined {
  let node = yPred;
  for (let call = callOf(node); call; call = callOf(node)) {
    const [input] = call.inputs;
    if (input && call.op.lossActivation === activation) {
      // Rows of another length than those softmax ran along are not its distributions.
      if (activation === 'softmax' && node.shape.at(-1) !== yPred.shape.at(-1)) return undefined;
      return reshape(input, yPred.shape);
    }
    if (!input || !call.op.view) return undefined;
    node = input;
  }
  return undefined;
}

/** Keras's ε: probabilities are kept this far from 0 and 1 where their logarithm is taken. */
export const probabilityEpsilon = 1e-7;

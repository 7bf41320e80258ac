/** @file What the losses with a margin share. */

import type { Node } from '../graph/node.ts';
import { add, equal, maximum, min, mul, scale } from '../graph/ops.ts';

/** Labels of −1 and 1. Where every label of the batch is 0 or 1, those become −1 and 1, as in Keras. */
export function signedLabels(yTrue: Node): Node {
  const isBinary = min(maximum(equal(yTrue, 0), equal(yTrue, 1)));
  return add(yTrue, mul(isBinary, scale(yTrue, 1, -1)));
}

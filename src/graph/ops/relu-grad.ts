import { defineElementwise } from '../families.ts';
import type { Node } from '../node.ts';
import type { WindowAttrs } from '../windows.ts';
import { maxPoolGrad } from './max-pool-grad.ts';

const op = defineElementwise<object, 2>({
  name: 'reluGrad',
  arity: 2,
  kernel: (k, [y, dy], dx, n) => k.reluGrad(y, dy, dx, n),
  reference: ([y, dy]) => (y > 0 ? dy : 0),
  // y enters through a step, whose derivative is 0; dL/d(dy) = g where y > 0, else 0
  gradient: ({ inputs: [y], dy: g }) => [null, reluGrad(y, g)],
  record: { simplify: ([y, dy]) => beforePooling(y, dy) },
  test: { kinks: [0], tolerance: 0 },
});

/**
 * Where dy comes from the maximum pooling of y, the step can be taken before it is spread: an element that was chosen is positive where
 * the maximum is, and the others get nothing. That is a quarter of the work for windows of 2 × 2, with the same bits.
 */
function beforePooling(y: Node, dy: Node): Node | undefined {
  if (dy.source.kind !== 'op' || dy.source.call.op.name !== 'maxPoolGrad') return undefined;
  const { inputs, attrs } = dy.source.call;
  const [indices, g] = inputs;
  if (indices?.source.kind !== 'op' || indices.source.call.op.name !== 'maxPool') return undefined;
  const pool = indices.source.call;
  if (pool.inputs[0] !== y) return undefined;
  return maxPoolGrad(indices, reluGrad(pool.outputs[0]!, g!), attrs as WindowAttrs);
}

/** dL/dx of y = relu(x): dy where y > 0, else 0. */
export function reluGrad(y: Node, dy: Node): Node {
  return op([y, dy], {});
}

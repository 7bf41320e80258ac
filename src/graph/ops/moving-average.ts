import { failShape } from '../../base/fail.ts';
import { formatShape, sameShape, sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import { asNode, defineOp } from '../define-op.ts';
import { recordEffect } from '../effects.ts';
import type { Node } from '../node.ts';
import type { Variable } from '../variable.ts';

const op = defineOp<{ momentum: number }, 2>({
  name: 'movingAverage',
  infer: ([batch, moving]) => {
    requireFloat32('movingAverage', batch, moving);
    if (!sameShape(batch.shape, moving.shape))
      failShape('movingAverage', `a value of shape ${formatShape(moving.shape)}`, formatShape(batch.shape));
    return [];
  },
  lower: (k, { inputs, inputSpecs, attrs }) =>
    k.movingAverage(inputs[0]!, inputs[1]!, sizeOf(inputSpecs[1]!.shape), attrs.momentum),
  gradient: null,
  reference: ([batch, moving], { momentum }) => ({
    shape: moving.shape,
    data: moving.data.map((old, i) => old * momentum + batch.data[i]! * (1 - momentum)),
  }),
  test: { cases: [[1], [7], [1030]].map((shape) => ({ shapes: [shape, shape], attrs: { momentum: 0.9 } })) },
  writes: () => [1],
});

/** moving ← moving · momentum + batch · (1 − momentum), once the program has computed everything else. Only in traced functions. */
export function movingAverage(batch: Node, moving: Node | Variable, momentum: number): void {
  recordEffect(op, [batch, asNode('movingAverage', moving)], { momentum });
}

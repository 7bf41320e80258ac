import { sizeOf } from '../../base/shape.ts';
import { requireFloat32 } from '../checks.ts';
import { defineOp } from '../define-op.ts';
import { recordEffect } from '../effects.ts';
import type { Variable } from '../variable.ts';

const op = defineOp<object, 1>({
  name: 'constrainNonNegative',
  infer: ([weight]) => {
    requireFloat32('constrainNonNegative', weight);
    return [];
  },
  lower: (k, { inputs, inputSpecs }) => k.relu(inputs[0]!, inputs[0]!, sizeOf(inputSpecs[0]!.shape)),
  gradient: null,
  reference: ([{ shape, data }]) => ({ shape, data: data.map((value) => (value < 0 ? 0 : value)) }),
  test: { cases: [[1], [7], [3, 1030]].map((shape) => ({ shapes: [shape], attrs: {} })), tolerance: 0 },
  writes: () => [0],
});

/** Replaces the negative elements of a weight by 0, after the updates that were asked for before. Only in traced functions. */
export function constrainNonNegative(weight: Variable): void {
  recordEffect(op, [weight.node], {});
}

import { defineOp, type Operand, type Result } from '../define-op.ts';

const op = defineOp<object, 1>({
  name: 'copy',
  infer: ([x]) => x,
  lower: (k, { inputs, outputs, inputSpecs, n }) => {
    if (inputSpecs[0]!.dtype === 'uint8') throw new Error('internal: copies are of 4-byte elements');
    k.copy(inputs[0]!, outputs[0]!, n);
  },
  gradient: ({ dy }) => [dy],
  reference: ([x]) => x,
  test: { cases: [[], [1], [5], [3, 7], [1030]].map((shape) => ({ shapes: [shape], attrs: {} })), tolerance: 0 },
  elementwise: true,
});

/** The same elements in a buffer of their own: what a variable held before an update of the same program. */
export function copy<X extends Operand>(x: X): Result<X> {
  return op<X>([x], {});
}

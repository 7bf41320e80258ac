import { failShape } from '../../base/fail.ts';
import { formatShape, sameShape, sizeOf } from '../../base/shape.ts';
import { refuseUint8 } from '../checks.ts';
import { asNode, defineOp, type Operand } from '../define-op.ts';
import { recordEffect } from '../effects.ts';
import type { Node } from '../node.ts';
import type { Variable } from '../variable.ts';

const op = defineOp<object, 2>({
  name: 'assign',
  infer: ([variable, value]) => {
    refuseUint8('assign', variable, value);
    if (value.dtype !== variable.dtype || !sameShape(value.shape, variable.shape)) {
      const [expected, got] = [variable, value].map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`);
      failShape('assign', `a value ${expected}`, got!);
    }
    return [];
  },
  lower: (k, { inputs, inputSpecs }) => k.copy(inputs[1]!, inputs[0]!, sizeOf(inputSpecs[0]!.shape)),
  gradient: null,
  // Of an op that writes, the reference gives what the written inputs hold afterwards.
  reference: ([, value]) => value,
  test: { cases: [[], [7], [3, 1030]].map((shape) => ({ shapes: [shape, shape], attrs: {} })) },
  writes: () => [0],
});

/** Gives a variable a new value once the program has computed everything else. Only in traced functions. */
export function assign(variable: Node | Variable, value: Operand): void {
  recordEffect(op, [asNode('assign', variable), asNode('assign', value)], {});
}

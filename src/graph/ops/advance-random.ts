import { asNode, defineOp } from '../define-op.ts';
import { recordEffect } from '../effects.ts';
import type { Node } from '../node.ts';
import { checkState } from '../philox.ts';
import type { Variable } from '../variable.ts';

const op = defineOp<object, 1>({
  name: 'advanceRandom',
  infer: ([state]) => {
    checkState('advanceRandom', state);
    return [];
  },
  lower: (k, { inputs }) => k.advanceRandom(inputs[0]!),
  gradient: null,
  reference: ([{ shape, data }]) => {
    const counter = BigInt.asUintN(64, ((BigInt(data[3]!) & 0xffffffffn) << 32n) + (BigInt(data[2]!) & 0xffffffffn) + 1n);
    const words = [data[0]!, data[1]!, Number(BigInt.asIntN(32, counter)), Number(BigInt.asIntN(32, counter >> 32n))];
    return { shape, data: Float64Array.from(words) };
  },
  test: {
    cases: [
      { shapes: [[4]], attrs: {}, domain: { low: -(2 ** 31), high: 2 ** 31 - 1, dtype: 'int32' } },
      // Every word −1: the counter wraps around.
      { shapes: [[4]], attrs: {}, domain: { low: -1, high: -1, dtype: 'int32' } },
    ],
  },
  writes: () => [0],
});

/** Makes the next run draw other numbers: adds 1 to the 64-bit counter of a random state. Only in traced functions. */
export function advanceRandom(state: Node | Variable): void {
  recordEffect(op, [asNode('advanceRandom', state)], {});
}

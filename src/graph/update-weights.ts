/**
 * @file The op an optimizer step becomes: one kernel over a table of segments, one segment per weight, whatever layers or models the
 * weights come from. What changes from step to step (learning rate, bias correction) is read from a variable.
 */

import { internal } from '../base/fail.ts';
import { sizeOf } from '../base/shape.ts';
import type { Emitter, Int, Pointer } from '../engine/index.ts';
import { defineOp, opRegistry } from './define-op.ts';
import { type Node, OpCall } from './node.ts';
import { currentTrace } from './trace.ts';
import type { Variable } from './variable.ts';

/** Kernels that update weights from a segment table. */
export type UpdateKernel = {
  [K in keyof Emitter]: [table: Pointer, segments: Int, hyper: Pointer] extends Parameters<Emitter[K]>
    ? Parameters<Emitter[K]> extends [Pointer, Int, Pointer]
      ? K
      : never
    : never;
}[keyof Emitter];

/** Inputs come as: hyper, then for each weight the weight itself, its gradient, and its slots. */
interface UpdateAttrs {
  readonly kernel: UpdateKernel;
  /** Slots per weight. */
  readonly slots: number;
}

const op = defineOp<UpdateAttrs, number>({
  name: 'updateWeights',
  infer: () => [],
  lower: (k, { inputs, inputSpecs, attrs, table }) => {
    const stride = attrs.slots + 2;
    const words: number[] = [];
    for (let at = 1; at < inputs.length; at += stride) {
      words.push(sizeOf(inputSpecs[at]!.shape));
      for (const pointer of inputs.slice(at, at + stride)) {
        words.push(typeof pointer === 'number' ? pointer : internal('a weight without an address'));
      }
    }
    k[attrs.kernel](table(words), (inputs.length - 1) / stride, inputs[0]!);
  },
  gradient: null,
  reference: () => [],
  test: { cases: [] },
  writes: (count, { slots }) =>
    Array.from({ length: count - 1 }, (_, i) => i + 1).filter((index) => (index - 1) % (slots + 2) !== 1),
  work: (inputs) => 4 * inputs.reduce((total, { shape }) => total + sizeOf(shape), 0),
});

/** A weight, its gradient and the optimizer's slots for it. */
export interface WeightUpdate {
  readonly weight: Variable;
  readonly gradient: Node;
  readonly slots: readonly Variable[];
}

/** Asks the current trace to update weights with one kernel, after everything else has been computed. */
export function updateWeights(kernel: UpdateKernel, hyper: Variable, updates: readonly WeightUpdate[]): void {
  const inputs = [
    hyper.node,
    ...updates.flatMap(({ weight, gradient, slots }) => [weight.node, gradient, ...slots.map((slot) => slot.node)]),
  ];
  currentTrace().effects.push(
    new OpCall(opRegistry.get(op.record.name)!, inputs, { kernel, slots: updates[0]?.slots.length ?? 0 }),
  );
}

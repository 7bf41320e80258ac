/**
 * @file The verifier: what must hold of every graph, checked after each pass in tests and in debug runs. It catches a pass that
 * leaves a node behind, changes a shape, or lets an op read what it should not.
 */

import { internal } from '../base/fail.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { callOf, type Node, type OpCall, topologicalOrder } from './node.ts';

/** Throws when the graph under `roots` and `effects` is not sound: shapes agree with the ops' own rules, outputs belong to their calls, effects write variables only. */
export function verifyGraph(roots: readonly Node[], effects: readonly OpCall[] = []): void {
  const order = topologicalOrder(roots, effects);
  const done = new Set<OpCall>();
  for (const call of order) {
    const { name } = call.op;
    for (const input of call.inputs) {
      const producer = callOf(input);
      if (producer && !done.has(producer)) internal(`${name} comes before ${producer.op.name}, whose result it reads (a cycle)`);
      if (producer && !producer.outputs.includes(input))
        internal(`an input of ${name} is not an output of its ${producer.op.name}`);
    }
    const inferred = call.op.infer(call.inputs, call.attrs);
    const specs = 'shape' in inferred ? [inferred] : inferred;
    if (specs.length !== call.outputs.length)
      internal(`${name} has ${call.outputs.length} outputs, its rule gives ${specs.length}`);
    specs.forEach((spec, i) => {
      const output = call.outputs[i]!;
      if (!sameShape(spec.shape, output.shape) || spec.dtype !== output.dtype) {
        internal(
          `${name} has output ${formatShape(output.shape)} ${output.dtype}, its rule gives ${formatShape(spec.shape)} ${spec.dtype}`,
        );
      }
    });
    for (const index of call.op.writes?.(call.inputs.length, call.attrs) ?? []) {
      const kind = call.inputs[index]?.source.kind;
      if (kind !== 'variable' && kind !== 'external') internal(`${name} writes input ${index}, which is no variable`);
    }
    done.add(call);
  }
  for (const effect of effects) if (!effect.op.writes) internal(`${effect.op.name} is listed as an effect but writes nothing`);
}

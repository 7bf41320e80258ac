/**
 * @file Grouping calls into steps, each of which runs without writing its intermediate values to memory: a matrix product takes the
 * bias and the activation that follow it into its epilogue, and elementwise calls that feed only each other become one chain.
 */

import { sameShape, sizeOf } from '../base/shape.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node, OpCall } from '../graph/node.ts';

/** Calls that run as one. */
export interface Step {
  /** `single`: one call, perhaps with an epilogue; `chain`: elementwise calls, the last of which gives the only result. */
  readonly kind: 'single' | 'chain';
  readonly calls: readonly OpCall[];
  /** Bias row and activation code a matrix product applies. */
  readonly epilogue: { readonly bias: Node | undefined; readonly activation: number };
  /** Nodes read from memory. */
  readonly inputs: readonly Node[];
  /** Nodes written to memory. */
  readonly outputs: readonly Node[];
}

const noEpilogue = { bias: undefined, activation: 0 };

/** Whether a call computes element i of its only output from elements i of its inputs (or from single elements). */
export function isElementwise(call: OpCall): boolean {
  const [output] = call.outputs;
  if (!call.op.elementwise || call.outputs.length !== 1 || !output || sizeOf(output.shape) === 0) return false;
  // Chains step through memory in 4-byte elements.
  if ([output, ...call.inputs].some((node) => node.dtype === 'uint8')) return false;
  return call.inputs.every((input) => sameShape(input.shape, output.shape) || sizeOf(input.shape) === 1);
}

function elements(call: OpCall): number {
  return sizeOf(call.outputs[0]!.shape);
}

/** The steps of `graph`, in an order in which they can run. */
export function fuse(graph: Graph): Step[] {
  const order = graph.order();
  const position = new Map(order.map((call, i) => [call, i]));
  const consumers = new Map<Node, Set<OpCall>>();
  for (const call of order) {
    for (const input of call.inputs) consumers.set(input, (consumers.get(input) ?? new Set()).add(call));
  }
  const kept = new Set<Node>(graph.outputs);
  const onlyConsumer = (node: Node): OpCall | undefined => {
    const users = consumers.get(node);
    return !kept.has(node) && users?.size === 1 ? [...users][0] : undefined;
  };
  const taken = new Set<OpCall>();
  const steps: { at: number; step: Step }[] = [];

  for (const call of order) {
    if (call.op.acceptsEpilogue) takeEpilogue(call, onlyConsumer, taken, steps, position);
  }
  for (const chain of findChains(
    order.filter((call) => !taken.has(call)),
    consumers,
    kept,
  )) {
    for (const call of chain) taken.add(call);
    const made = new Set(chain.flatMap((call) => call.outputs));
    const inputs = [...new Set(chain.flatMap((call) => call.inputs))].filter((input) => !made.has(input));
    const last = chain[chain.length - 1]!;
    steps.push({
      at: position.get(last)!,
      step: { kind: 'chain', calls: chain, epilogue: noEpilogue, inputs, outputs: last.outputs },
    });
  }
  for (const call of order) {
    if (taken.has(call)) continue;
    steps.push({
      at: position.get(call)!,
      step: { kind: 'single', calls: [call], epilogue: noEpilogue, inputs: call.inputs, outputs: call.outputs },
    });
  }
  return steps.sort((a, b) => a.at - b.at).map(({ step }) => step);
}

/** Makes a step of a product and of the bias and activation that nothing else reads in between. */
function takeEpilogue(
  call: OpCall,
  onlyConsumer: (node: Node) => OpCall | undefined,
  taken: Set<OpCall>,
  steps: { at: number; step: Step }[],
  position: ReadonlyMap<OpCall, number>,
): void {
  const calls = [call];
  let result = call.outputs[0]!;
  let bias: Node | undefined;
  let activation = 0;
  for (let next = onlyConsumer(result); next && !taken.has(next) && activation === 0; next = onlyConsumer(result)) {
    const { epilogue } = next.op;
    const output = next.outputs[0];
    if (!output || !sameShape(output.shape, result.shape)) break;
    if (epilogue === 'bias' && !bias) {
      const row = next.inputs[0] === result ? next.inputs[1]! : next.inputs[0]!;
      const width = result.shape[result.shape.length - 1]!;
      if (row === result || sizeOf(row.shape) !== width || row.shape[row.shape.length - 1] !== width) break;
      bias = row;
    } else if (typeof epilogue === 'number') {
      activation = epilogue;
    } else break;
    calls.push(next);
    result = output;
  }
  if (calls.length === 1) return;
  for (const each of calls) taken.add(each);
  const inputs = bias ? [...call.inputs, bias] : call.inputs;
  const at = position.get(calls[calls.length - 1]!)!;
  steps.push({ at, step: { kind: 'single', calls, epilogue: { bias, activation }, inputs, outputs: [result] } });
}

/** Groups of at least two elementwise calls, each in running order, whose intermediate values only the group itself reads. */
function findChains(
  order: readonly OpCall[],
  consumers: ReadonlyMap<Node, ReadonlySet<OpCall>>,
  kept: ReadonlySet<Node>,
): OpCall[][] {
  const groupOf = new Map<OpCall, OpCall[]>();
  for (const call of order.toReversed()) {
    if (!isElementwise(call)) continue;
    const output = call.outputs[0]!;
    const users = [...(consumers.get(output) ?? [])];
    const group = users.length > 0 && !kept.has(output) ? groupOf.get(users[0]!) : undefined;
    const joins = group && users.every((user) => groupOf.get(user) === group) && elements(group[0]!) === elements(call);
    const target = joins ? group : [];
    target.push(call);
    groupOf.set(call, target);
  }
  return [...new Set(groupOf.values())].filter((group) => group.length > 1).map((group) => group.reverse());
}

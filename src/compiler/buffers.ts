/**
 * @file Which bytes every node of a program lives in: views share the buffer of what they view, results may take over the buffer of
 * an input that dies with the step, and everything else gets an interval for the memory plan.
 */

import { bytesOf, sizeOf } from '../base/shape.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';
import type { Step } from './fuse.ts';
import { type Interval, planMemory } from './plan.ts';

/** Bytes of a node's elements, at least 4 so that every buffer has an address of its own. */
export function bytesOfNode(node: Node): number {
  return Math.max(4, sizeOf(node.shape) * bytesOf(node.dtype));
}

/** The node whose buffer `node` shares: itself unless an op made it as a view. */
export function baseOf(node: Node): Node {
  let base = node;
  while (base.source.kind === 'op' && base.source.call.op.view) base = base.source.call.inputs[0]!;
  return base;
}

/** Offsets in the program's arena. */
export interface BufferPlan {
  /** Offset of each node that lives in the arena (bases only). */
  readonly offsets: ReadonlyMap<Node, number>;
  /** Offset of each step's scratch memory, −1 where it has none. */
  readonly scratch: readonly number[];
  readonly total: number;
}

interface Life {
  readonly bytes: number;
  first: number;
  last: number;
}

/**
 * Plans the arena of a program.
 *
 * @param graph the program's graph, whose outputs stay alive to the end
 * @param steps what runs, in order
 * @param scratchBytes scratch memory each step asks for
 */
export function planBuffers(graph: Graph, steps: readonly Step[], scratchBytes: readonly number[]): BufferPlan {
  const lives = new Map<Node, Life>();
  const owner = new Map<Node, Node>();
  const ownerOf = (node: Node): Node => {
    let base = baseOf(node);
    for (let next = owner.get(base); next; next = owner.get(base)) base = next;
    return base;
  };
  const lastUse = new Map<Node, number>();
  steps.forEach((step, at) => {
    for (const node of step.inputs) lastUse.set(baseOf(node), at);
  });
  for (const node of graph.outputs) lastUse.set(baseOf(node), steps.length);
  const inArena = (node: Node): boolean => node.source.kind === 'op' || node.source.kind === 'input';

  steps.forEach((step, at) => {
    for (const input of step.inputs) {
      const base = baseOf(input);
      // Inputs are written before the first step.
      if (base.source.kind === 'input' && !lives.has(base)) {
        lives.set(base, { bytes: bytesOfNode(base), first: -1, last: lastUse.get(base) ?? at });
      }
    }
    step.outputs.forEach((output, index) => {
      if (baseOf(output) !== output) return;
      const last = lastUse.get(output) ?? at;
      const heir = index === 0 ? findHeir(step, at, output, lastUse, ownerOf, lives) : undefined;
      if (heir) {
        owner.set(output, heir);
        const life = lives.get(heir)!;
        life.last = Math.max(life.last, last);
      } else lives.set(output, { bytes: bytesOfNode(output), first: at, last });
    });
  });
  for (const output of graph.outputs) {
    const base = baseOf(output);
    if (inArena(base) && base.source.kind === 'input' && !lives.has(base)) {
      lives.set(base, { bytes: bytesOfNode(base), first: -1, last: steps.length });
    }
  }

  const nodes = [...lives.keys()];
  const intervals: Interval[] = nodes.map((node) => lives.get(node)!);
  const scratchSteps = scratchBytes.flatMap((bytes, at) => (bytes > 0 ? [{ bytes, first: at, last: at }] : []));
  const plan = planMemory([...intervals, ...scratchSteps]);
  const placed = new Map(nodes.map((node, i) => [node, plan.offsets[i]!]));
  const offsets = new Map<Node, number>(placed);
  for (const node of owner.keys()) offsets.set(node, placed.get(ownerOf(node))!);
  let next = nodes.length;
  const scratch = scratchBytes.map((bytes) => (bytes > 0 ? plan.offsets[next++]! : -1));
  return { offsets, scratch, total: plan.total };
}

/** The buffer that the first output of a step may be written over: that of an input which no later step reads. */
function findHeir(
  step: Step,
  at: number,
  output: Node,
  lastUse: ReadonlyMap<Node, number>,
  ownerOf: (node: Node) => Node,
  lives: ReadonlyMap<Node, Life>,
): Node | undefined {
  const call = step.calls[step.calls.length - 1]!;
  if (step.kind === 'single' && step.calls.length > 1) return undefined;
  const allowed = call.op.inPlace ?? [];
  for (const input of step.inputs) {
    const heir = ownerOf(input);
    const life = lives.get(heir);
    if (!life || life.last !== at || lastUse.get(baseOf(input)) !== at) continue;
    // Same bytes for the same elements, so that element i is only overwritten by its own successor.
    if (life.bytes !== bytesOfNode(output) || sizeOf(input.shape) !== sizeOf(output.shape)) continue;
    // Another view of the same bytes must not be read by the same step under another shape.
    if (step.inputs.some((other) => other !== input && ownerOf(other) === heir)) continue;
    const uses = call.inputs.flatMap((node, i) => (node === input ? [i] : []));
    // In a chain all earlier calls have read their chunk by the time the last one writes it.
    if (uses.some((index) => !allowed.includes(index)) || (step.kind === 'single' && uses.length === 0)) continue;
    return heir;
  }
  return undefined;
}

/**
 * @file Reverse-mode differentiation on the graph: walks the calls a loss depends on from last to first, asks each op's record
 * for the gradients of its inputs, and adds up what meets at a node. The result is more graph, which the compiler treats like any other.
 */

import { fail, failShape, internal } from '../base/fail.ts';
import { formatShape, sameShape, sizeOf } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { callOf, constantNode, type Node, topologicalOrder } from './node.ts';
import { add } from './ops/add.ts';

/** Gradient of every node of `wrt` at once, for the scalar `loss`. A node the loss does not depend on gets zeros. */
export function gradients(loss: Node, wrt: readonly Node[]): Node[] {
  if (sizeOf(loss.shape) !== 1) {
    failShape(
      'gradients',
      'a loss of one element',
      `shape ${formatShape(loss.shape)}`,
      'reduce it first, with ops.mean or ops.sum.',
    );
  }
  if (loss.dtype !== 'float32') fail('gradients', 'a float32 loss', loss.dtype);
  const order = topologicalOrder([loss]);
  const relevant = new Set<Node>(wrt);
  for (const call of order) {
    if (call.inputs.some((input) => relevant.has(input))) for (const output of call.outputs) relevant.add(output);
  }
  const ones = constantNode(new Tensor(new Float32Array(sizeOf(loss.shape)).fill(1), loss.shape));
  const gradientOf = new Map<Node, Node>([[loss, ones]]);
  for (const call of order.toReversed()) {
    if (!call.outputs.some((output) => relevant.has(output))) continue;
    const dys = call.outputs.map((output) => gradientOf.get(output) ?? null);
    const dy = dys.find((gradient) => gradient !== null);
    if (!dy) continue;
    const needed = call.inputs.map((input) => relevant.has(input) && input.dtype === 'float32');
    if (!needed.includes(true)) continue;
    const rule = call.op.gradient;
    if (rule === null) {
      fail(
        `gradient of ${call.op.name}`,
        'an op that can be differentiated',
        call.op.name,
        'wrap it in ops.stopGradient if its gradient is to be zero.',
      );
    }
    const given = rule({ inputs: call.inputs, outputs: call.outputs, dys, dy: dys[0] ?? dy, attrs: call.attrs });
    if (given.length !== call.inputs.length)
      internal(`${call.op.name} gives ${given.length} gradients for ${call.inputs.length} inputs`);
    call.inputs.forEach((input, i) => {
      const dx = given[i];
      if (!needed[i] || !dx) return;
      if (!sameShape(dx.shape, input.shape)) {
        internal(`gradient ${i} of ${call.op.name} has shape ${formatShape(dx.shape)}, its input ${formatShape(input.shape)}`);
      }
      const before = gradientOf.get(input);
      gradientOf.set(input, before ? add(before, dx) : dx);
    });
  }
  return wrt.map((node) => gradientOf.get(node) ?? zerosLike(node));
}

function zerosLike(node: Node): Node {
  return constantNode(new Tensor(new Float32Array(sizeOf(node.shape)), node.shape));
}

/** Whether `loss` depends on `node` through ops alone. Used to tell a user that a weight gets no gradient. */
export function dependsOn(loss: Node, node: Node): boolean {
  if (loss === node) return true;
  return topologicalOrder([loss]).some((call) => call.inputs.includes(node)) && callOf(loss) !== undefined;
}

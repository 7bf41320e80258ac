/**
 * @file Gradients of ops that are gradients themselves: rarely needed (for derivatives of second and higher order), so they come
 * from the op's formula written in basic ops, and need no kernels.
 */

import type { GradientCall, Tuple } from './define-op.ts';
import { gradients } from './gradient.ts';
import type { Node } from './node.ts';
import { add } from './ops/add.ts';
import { mul } from './ops/mul.ts';
import { reshape } from './ops/reshape.ts';
import { sum } from './ops/sum.ts';

/** A gradient rule that differentiates `compose`, the op's outputs in terms of other ops. Integer inputs get none. */
export function composedGradient<A extends object, N extends number>(
  compose: (inputs: Tuple<Node, N>, attrs: A) => readonly Node[],
): (call: GradientCall<A, N>) => Tuple<Node | null, N> {
  return ({ inputs, dys, attrs }) => {
    const originals: readonly Node[] = inputs;
    // Inputs may depend on each other; behind nodes of their own, each is differentiated by as if it did not.
    const own = originals.map((input) => reshape(input, input.shape));
    const outputs = compose(own as readonly Node[] as Tuple<Node, N>, attrs);
    const terms = outputs.flatMap((output, i) => (dys[i] ? [sum(mul(output, dys[i]))] : []));
    const total = terms.reduce((a, b) => add(a, b));
    const wanted = own.filter((node) => node.dtype === 'float32');
    const results = gradients(total, wanted);
    return own.map((node) => results[wanted.indexOf(node)] ?? null) as readonly (Node | null)[] as Tuple<Node | null, N>;
  };
}

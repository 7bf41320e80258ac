/**
 * @file Recurrent cells step by step in basic ops: what the recurrent kernels compute in one call. Used where a kernel does not fit
 * (other activations, masks of recurrent dropout) and for gradients that kernels do not have.
 */

import { sizeOf } from '../base/shape.ts';
import type { Node } from './node.ts';
import { add } from './ops/add.ts';
import { concat } from './ops/concat.ts';
import { matmul } from './ops/matmul.ts';
import { mul } from './ops/mul.ts';
import { reshape } from './ops/reshape.ts';
import { select } from './ops/select.ts';
import { slice } from './ops/slice.ts';
import { split } from './ops/split.ts';
import { stack } from './ops/stack.ts';
import { sub } from './ops/sub.ts';
import { unstack } from './ops/unstack.ts';

/** A function of nodes, such as an activation. */
type Curve = (x: Node) => Node;

/** How the cells are applied. */
export interface UnrolledOptions {
  /** Applied to candidates and, in LSTM, to the cell on its way out. */
  readonly activation: Curve;
  /** Applied to gates. */
  readonly recurrentActivation: Curve;
  /** Whether time runs from the last step to the first. */
  readonly reverse: boolean;
  /** [batch, steps]: 0 copies the states of a row through a step. */
  readonly mask?: Node | undefined;
  /** [batch, units] for each gate: what the state is multiplied by before its product with that gate's weights. */
  readonly dropout?: readonly Node[] | undefined;
}

/** What a step makes: new states, and whatever else is to be kept of it. */
interface StepResult {
  readonly states: readonly Node[];
  readonly kept?: readonly Node[];
}

/** Takes `states` through time. Returns what every step left, [batch, steps, …]: states, then what else was kept, 0 where masked. */
function unroll(
  projected: Node,
  states: readonly Node[],
  { reverse, mask }: Pick<UnrolledOptions, 'reverse' | 'mask'>,
  step: (x: Node, states: readonly Node[]) => StepResult,
): Node[] {
  const inputs = unstack(projected, 1);
  const times = inputs.map((_, time) => time);
  const kept: Node[][] = [];
  let current = states;
  for (const time of reverse ? times.toReversed() : times) {
    const result = step(inputs[time]!, current);
    const keep = mask && slice(mask, [0, time], [-1, 1]);
    const next = result.states.map((state, i) => (keep ? select(keep, state, current[i]!) : state));
    const others = (result.kept ?? []).map((node) => (keep ? select(keep, node, 0) : node));
    current = next;
    [...next, ...others].forEach((node, i) => {
      kept[i] ??= [];
      kept[i][time] = node;
    });
  }
  return kept.map((nodes) => stack(nodes, 1));
}

/** h·U, or with dropout each gate's part of it from its own h·mask. */
function recurrent(h: Node, kernel: Node, dropout: readonly Node[] | undefined): Node {
  if (!dropout) return matmul(h, kernel);
  const parts = split(kernel, dropout.length, 1);
  return concat(
    parts.map((part, gate) => matmul(mul(h, dropout[gate]!), part)),
    1,
  );
}

/** h' = activation(p + h·U). */
export function unrolledRnn(projected: Node, kernel: Node, h0: Node, options: UnrolledOptions): { h: Node } {
  const [h] = unroll(projected, [h0], options, (x, [before]) => ({
    states: [options.activation(add(x, recurrent(before!, kernel, options.dropout)))],
  }));
  return { h: h! };
}

/** Long short-term memory; gates in the order i, f, g, o. */
export function unrolledLstm(
  projected: Node,
  kernel: Node,
  h0: Node,
  c0: Node,
  options: UnrolledOptions,
): { gates: Node; h: Node; c: Node } {
  const { activation, recurrentActivation, dropout } = options;
  const [h, c, gates] = unroll(projected, [h0, c0], options, (x, [before, cell]) => {
    const [zi, zf, zg, zo] = split(add(x, recurrent(before!, kernel, dropout)), 4, 1);
    const [i, f, o] = [zi!, zf!, zo!].map(recurrentActivation) as [Node, Node, Node];
    const g = activation(zg!);
    const next = add(mul(f, cell!), mul(i, g));
    return { states: [mul(o, activation(next)), next], kept: [concat([i, f, g, o], 1)] };
  });
  return { gates: gates!, h: h!, c: c! };
}

/**
 * Gated recurrent unit; gates in the order z, r, n.
 *
 * @param bias of the recurrent product [3 · units], if there is one
 * @param resetAfter whether the reset gate multiplies the product of the candidate (or the state before it)
 */
export function unrolledGru(
  projected: Node,
  kernel: Node,
  h0: Node,
  bias: Node | undefined,
  options: UnrolledOptions & { readonly resetAfter: boolean },
): { gates: Node; h: Node; reset: Node } {
  const { activation, recurrentActivation, dropout, resetAfter } = options;
  const units = kernel.shape[0]!;
  const [gateKernel, candidateKernel] = split(kernel, [2 * units, units], 1);
  const [gateBias, candidateBias] = bias ? split(reshape(bias, [sizeOf(bias.shape)]), [2 * units, units]) : [];
  const withBias = (s: Node, b: Node | undefined): Node => (b ? add(s, b) : s);
  const [h, gates, reset] = unroll(projected, [h0], options, (x, [before]) => {
    const [xGates, xn] = split(x, [2 * units, units], 1);
    const s = withBias(recurrent(before!, gateKernel!, dropout?.slice(0, 2)), gateBias);
    const [z, r] = split(recurrentActivation(add(xGates!, s)), 2, 1);
    const from = resetAfter ? before! : mul(r!, before!);
    const sn = withBias(recurrent(from, candidateKernel!, dropout?.slice(2)), candidateBias);
    const n = activation(add(xn!, resetAfter ? mul(r!, sn) : sn));
    return { states: [add(mul(z!, before!), mul(sub(1, z!), n))], kept: [concat([z!, r!, n], 1), sn] };
  });
  return { gates: gates!, h: h!, reset: reset! };
}

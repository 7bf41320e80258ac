/** @file Runs a function of several inputs on a golden case: its outputs and the gradients of all inputs and weights, against the oracle's. */

import { expect } from 'vitest';
import { jit, valueAndGrad } from '../../src/graph/jit.ts';
import type { Node } from '../../src/graph/node.ts';
import { mul, sum } from '../../src/graph/ops.ts';
import type { Variable } from '../../src/graph/variable.ts';
import { expectClose, type Tolerance } from './compare.ts';
import type { GoldenCase } from './golden.ts';
import { tensorOf } from './golden-layers.ts';

/** What is run on a golden case. */
export interface GoldenFunction {
  /** The outputs, in the order of the case, from the inputs by name. */
  readonly run: (inputs: Readonly<Record<string, Node>>) => readonly Node[];
  /** The weights by the names of the case. */
  readonly weights?: ReadonlyMap<string, Variable>;
  /** Inputs that have no gradient. */
  readonly fixed?: readonly string[];
}

/**
 * Throws where outputs or gradients differ from the case.
 *
 * @param tolerance of a golden file that is less exact
 */
export function checkGoldenFunction(
  golden: GoldenCase,
  { run, weights = new Map(), fixed = [] }: GoldenFunction,
  tolerance?: Tolerance,
): void {
  const { inputs, params = {}, outputs, upstream, grads = {}, f32err = {} } = golden;
  const within = (key: string): Tolerance => tolerance ?? { absolute: 1e-6 + 10 * (f32err[key] ?? 0), relative: 1e-5 };
  const names = Object.keys(inputs);
  const values = names.map((name) => tensorOf(inputs[name]!));
  const named = (nodes: readonly Node[]) => Object.fromEntries(names.map((name, i) => [name, nodes[i]!]));
  expect([...weights.keys()].sort()).toEqual(Object.keys(params).sort());
  for (const [name, weight] of weights) weight.write(tensorOf(params[name]!));

  const results = jit((...nodes) => run(named(nodes)))(...values);
  Object.entries(outputs).forEach(([name, wanted], i) => {
    expect(results[i]!.shape).toEqual(wanted.shape);
    expectClose(results[i]!.data, wanted.data, within(name), name);
  });

  const terms = Object.keys(outputs).flatMap((name, i) => (upstream?.[name] ? [{ i, u: tensorOf(upstream[name]) }] : []));
  expect(terms.length).toBe(1);
  const [{ i: output, u }] = terms as [(typeof terms)[number]];
  const loss = (...nodes: Node[]) => sum(mul(run(named(nodes))[output]!, u));
  const moving = names.filter((name) => !fixed.includes(name));
  const byInputs = valueAndGrad(loss, { wrt: moving.map((name) => names.indexOf(name)) })(...values).gradients;
  const byWeights = weights.size > 0 ? valueAndGrad(loss, { wrt: [...weights.values()] })(...values).gradients : [];
  expect([...moving, ...weights.keys()].sort()).toEqual(Object.keys(grads).sort());
  [...moving, ...weights.keys()].forEach((name, i) => {
    expectClose([...byInputs, ...byWeights][i]!.data, grads[name]!.data, within(`grad:${name}`), `grad:${name}`);
  });
}

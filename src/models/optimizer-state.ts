/**
 * @file The variables of an optimizer in files: its own (`adam/iteration`, `adam/learning_rate`), and what it keeps of weights under the paths
 * of those weights (`dense/kernel/momentum`), so that they find their weights again in a model whose layers have other automatic names.
 */

import { fail, MyelinError } from '../base/fail.ts';
import type { Variable } from '../graph/variable.ts';
import type { Optimizer } from '../optimizers/index.ts';
import { freeName, match, type NamedTensor, type NamedVariable, shapesOf } from './weight-paths.ts';

/** Whether the optimizer keeps state of a weight. */
function knows(optimizer: Optimizer, weight: Variable): boolean {
  try {
    optimizer.slotsOf(weight);
    return true;
  } catch (error) {
    if (error instanceof MyelinError) return false;
    throw error;
  }
}

/** Paths of the weights that an optimizer keeps state of, by the name of the variable, which is what their state is named after. */
function pathsByName(optimizer: Optimizer, weights: readonly NamedVariable[]): ReadonlyMap<string, readonly string[]> {
  const paths = new Map<string, string[]>();
  for (const { name, variable } of weights) {
    if (knows(optimizer, variable)) paths.set(variable.name, [...(paths.get(variable.name) ?? []), name]);
  }
  return paths;
}

/** All variables of an optimizer that has made them, in their order, by unique names. */
export function optimizerPaths(optimizer: Optimizer, weights: readonly NamedVariable[]): NamedVariable[] {
  const paths = pathsByName(optimizer, weights);
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return optimizer.variables.map((variable) => {
    const count = counts.get(variable.name) ?? 0;
    counts.set(variable.name, count + 1);
    const end = variable.name.lastIndexOf('/');
    // Weights of one name have their slots in the order of the weights.
    const path = paths.get(variable.name.slice(0, end))?.[count];
    const name = freeName(taken, path === undefined ? variable.name : path + variable.name.slice(end));
    taken.add(name);
    return { name, variable };
  });
}

/**
 * Puts back what {@link optimizerPaths} named, into an optimizer that trains these weights.
 *
 * @param trained the weights it is to have state of, besides those that `saved` tells of
 * @throws MyelinError with all differences when the variables are not those of this optimizer
 */
export function restoreOptimizer(
  where: string,
  optimizer: Optimizer,
  weights: readonly NamedVariable[],
  trained: readonly Variable[],
  saved: readonly NamedTensor[],
): void {
  // Also weights that have been frozen since have state; it is made in the order in which it was.
  const byPath = new Map(weights.map(({ name, variable }) => [name, variable]));
  const known = saved.flatMap(({ name }) => byPath.get(name.slice(0, name.lastIndexOf('/'))) ?? []);
  optimizer.build([...new Set([...known, ...trained])]);
  const own = optimizerPaths(optimizer, weights);
  const { sources, differences } = match('optimizer variable', shapesOf(saved), shapesOf(own));
  if (differences.length > 0) fail(where, `the state of ${optimizer.where}`, `another:\n- ${differences.join('\n- ')}\n`);
  own.forEach(({ variable }, i) => {
    variable.write(saved[sources[i]!]!.tensor);
  });
}

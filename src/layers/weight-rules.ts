/**
 * @file What a layer asks for its weights besides their shape: a penalty in the loss, and bounds that hold after every update. The
 * rules belong to the variables, so they hold once however many layers or models share a weight.
 */

import type { Constraint } from '../constraints/index.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import type { Regularizer } from '../regularizers/index.ts';

/** Regularizer and constraint of a weight. */
export interface WeightRules {
  readonly regularizer?: Regularizer | undefined;
  readonly constraint?: Constraint | undefined;
}

const rules = new WeakMap<Variable, WeightRules>();

/** Sets the rules of a weight. */
export function setRules(weight: Variable, { regularizer, constraint }: WeightRules): void {
  if (regularizer || constraint) rules.set(weight, { regularizer, constraint });
}

/** Whether any of the weights has a penalty. */
export function hasPenalties(weights: readonly Variable[]): boolean {
  return weights.some((weight) => rules.get(weight)?.regularizer);
}

/** The penalties of weights that have one. For use while a graph is traced. */
export function penaltiesOf(weights: readonly Variable[]): Node[] {
  return weights.flatMap((weight) => rules.get(weight)?.regularizer?.penalty(weight.node) ?? []);
}

/** Asks the trace to bring weights back within their bounds. To be called after the optimizer has asked for its update. */
export function constrain(weights: readonly Variable[]): void {
  for (const weight of weights) rules.get(weight)?.constraint?.apply(weight);
}

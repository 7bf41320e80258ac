/**
 * @file What a constraint is: a type, options that are its config, and an update that moves a weight back to where it may be, right
 * after the optimizer's. It is a plain record, so `JSON.stringify` writes it as `{ type, options }` and {@link resolveConstraint} reads
 * that back.
 */

import type { Shape } from '../base/shape.ts';
import type { Variable } from '../graph/variable.ts';

/** Keeps a weight within bounds. */
export interface Constraint<O extends object = object> {
  /** Name in saved models, as in Keras: 'MaxNorm'. */
  readonly type: string;
  /** What it was made with: its config. */
  readonly options: Readonly<O>;
  /** Refuses a weight of this shape if it cannot be constrained. */
  check(where: string, shape: Shape): void;
  /** Asks the trace for the update. Runs while a training step is traced, after the optimizer has asked for its own. */
  apply(weight: Variable): void;
}

/** Makes constraints of one type. */
export interface ConstraintFactory<O extends object> {
  (options?: O): Constraint<O>;
  /** Name of what it makes in saved models. */
  readonly type: string;
}

/**
 * A constraint type.
 *
 * @param prepare checks the options, throwing when one is bad, and returns what the constraint does; it gets the name to put into errors
 */
export function defineConstraint<O extends object>(
  type: string,
  prepare: (options: O, where: string) => Pick<Constraint, 'check' | 'apply'>,
): ConstraintFactory<O> {
  const factory = (options: O = {} as O): Constraint<O> => ({ type, options, ...prepare(options, `constraint ${type}`) });
  return Object.assign(factory, { type });
}

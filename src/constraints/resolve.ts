/** @file From what a user writes as a constraint — a record, a name, a config — to a constraint. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import * as all from './all.ts';
import type { Constraint } from './constraint.ts';

/** A constraint as it is written to a file. */
export interface ConstraintConfig {
  readonly type: string;
  readonly options?: object;
}

/** What may stand where a constraint is wanted; null is none. */
export type ConstraintSpec = string | Constraint | ConstraintConfig | null;

type Factory = (options?: object) => Constraint;

const factories: Readonly<Record<string, Factory>> = Object.fromEntries(
  Object.values(all).map((factory): [string, Factory] => [factory.type, factory]),
);

function isConstraint(spec: object): spec is Constraint {
  return 'apply' in spec && typeof spec.apply === 'function';
}

/**
 * The constraint that `spec` means, undefined for none. Names may be written as in Keras ('max_norm', 'MaxNorm') or in camelCase.
 *
 * @param where what an error names: the layer, say
 * @throws MyelinError with the nearest known name when there is no such constraint, or for a bad option of a config
 */
export function resolveConstraint(spec: ConstraintSpec | undefined, where = 'constraints'): Constraint | undefined {
  if (spec === undefined || spec === null) return undefined;
  if (typeof spec === 'string') return lookup(where, 'constraint', spec, factories)();
  if (typeof spec === 'object') {
    if (isConstraint(spec)) return spec;
    if (typeof spec.type === 'string') return lookup(where, 'constraint', spec.type, factories)(spec.options);
  }
  const hint = typeof spec === 'function' ? "call it, as in constraints.maxNorm(), or write its name: 'maxNorm'." : undefined;
  return fail(where, 'a name, { type, options } or a constraint', describe(spec), hint);
}

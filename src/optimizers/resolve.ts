/** @file From what a user writes as an optimizer — an object or a name — to an optimizer. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import * as all from './all.ts';
import { Optimizer } from './optimizer.ts';

/** What may stand where an optimizer is wanted. */
export type OptimizerSpec = string | Optimizer;

type OptimizerClass = (typeof all)[keyof typeof all];

const classes: Readonly<Record<string, OptimizerClass>> = Object.fromEntries(
  Object.values(all).map((OptimizerClass) => [OptimizerClass.type, OptimizerClass]),
);

/**
 * The optimizer that `spec` means; a name, in any spelling, gives one with its defaults.
 *
 * @throws MyelinError with the nearest known name when there is no such optimizer
 */
export function resolveOptimizer(spec: OptimizerSpec): Optimizer {
  if (spec instanceof Optimizer) return spec;
  if (typeof spec !== 'string') return fail('compile', '`optimizer` to be a name or an Optimizer', describe(spec));
  return new (lookup('compile', 'optimizer', spec, classes))();
}

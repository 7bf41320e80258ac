/** @file From what a user writes as an optimizer — an object, a name or a config — to an optimizer. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import * as all from './all.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './options.ts';

/** What may stand where an optimizer is wanted: an optimizer, its name, or its config. */
export type OptimizerSpec = string | Optimizer | OptimizerConfig;

/** A class of optimizers. */
export type OptimizerClass = new (options?: never) => Optimizer;

const classes: Readonly<Record<string, OptimizerClass>> = Object.fromEntries(
  Object.values(all).map((OptimizerClass) => [OptimizerClass.type, OptimizerClass]),
);

/**
 * The optimizer that a config means, as {@link Optimizer.toJSON} gave it. What it had learned is not in there.
 *
 * @param customObjects classes of one's own, by their types
 * @throws MyelinError with the nearest known name when there is no such optimizer, and for options that it refuses
 *
 * @example
 * const copy = optimizerFromConfig(JSON.parse(JSON.stringify(optimizer)));
 */
export function optimizerFromConfig(
  { type, options }: OptimizerConfig,
  customObjects: Readonly<Record<string, OptimizerClass>> = {},
): Optimizer {
  if (typeof type !== 'string') fail('optimizer', '`type` to be the name of an optimizer', describe(type));
  if (typeof options !== 'object' || options === null) fail('optimizer', '`options` to be an object', describe(options));
  const OptimizerClass = lookup('optimizer', 'optimizer', type, { ...classes, ...customObjects });
  return new OptimizerClass(options as never);
}

/**
 * The optimizer that `spec` means; a name, in any spelling, gives one with its defaults.
 *
 * @throws MyelinError with the nearest known name when there is no such optimizer
 */
export function resolveOptimizer(spec: OptimizerSpec): Optimizer {
  if (spec instanceof Optimizer) return spec;
  if (typeof spec === 'object' && spec !== null && 'type' in spec && 'options' in spec) return optimizerFromConfig(spec);
  if (typeof spec !== 'string') return fail('compile', '`optimizer` to be a name or an Optimizer', describe(spec));
  return new (lookup('compile', 'optimizer', spec, classes))();
}

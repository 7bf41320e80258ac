/** @file Activation functions by name, and the rule that turns what a user writes (a name, a function, nothing) into one. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import * as functions from './activation-functions.ts';

export * from './activation-functions.ts';

/** A function of nodes. */
export type ActivationFunction = (x: Node) => Node;

/** An activation with parameters as it is written to a file: `{ type: 'leakyRelu', options: { negativeSlope: 0.1 } }`. */
export interface ActivationConfig {
  readonly type: string;
  readonly options?: object;
}

/** A known name, alone or with options, or a function; `undefined` and null mean linear. */
export type ActivationSpec = string | ActivationConfig | ActivationFunction | null | undefined;

/** Activations that can be named, by the names of Keras in camelCase. */
export const activationFunctions: Readonly<Record<string, ActivationFunction>> = { ...functions };

/** The function that `spec` means. Throws with the nearest known name when there is none. */
export function resolveActivation(where: string, spec: ActivationSpec): ActivationFunction {
  if (spec === undefined || spec === null) return functions.linear;
  if (typeof spec === 'function') return spec;
  if (typeof spec === 'string') return lookup(where, 'activation', spec, activationFunctions);
  if (typeof spec !== 'object' || typeof spec.type !== 'string')
    return fail(where, '`activation` to be a name, { type, options } or a function', describe(spec));
  const { type, options } = spec;
  const known = lookup(where, 'activation', type, activationFunctions) as (x: Node, options?: object) => Node;
  if (options === undefined) return known;
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    fail(where, `an object of options for '${type}'`, describe(options));
  return (x) => known(x, options);
}

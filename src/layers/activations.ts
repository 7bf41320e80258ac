/** @file Activation functions by name, and the rule that turns what a user writes (a name, a function, nothing) into one. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import * as functions from './activation-functions.ts';

export * from './activation-functions.ts';

/** A function of nodes. */
export type ActivationFunction = (x: Node) => Node;

/** A known name or a function; `undefined` and null mean linear. */
export type ActivationSpec = string | ActivationFunction | null | undefined;

/** Activations that can be named, by the names of Keras in camelCase. */
export const activationFunctions: Readonly<Record<string, ActivationFunction>> = { ...functions };

/** The function that `spec` means. Throws with the nearest known name when there is none. */
export function resolveActivation(where: string, spec: ActivationSpec): ActivationFunction {
  if (spec === undefined || spec === null) return functions.linear;
  if (typeof spec === 'function') return spec;
  if (typeof spec !== 'string') return fail(where, '`activation` to be a name or a function', describe(spec));
  return lookup(where, 'activation', spec, activationFunctions);
}

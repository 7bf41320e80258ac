/** @file Activation functions by name, and the rule that turns what a user writes (a name, a function, nothing) into one. */

import { describe, fail } from '../base/fail.ts';
import { lookup } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { exp, logSoftmax, relu, sigmoid, softmax, softplus, tanh } from '../graph/ops.ts';

/** A function of nodes. */
export type ActivationFunction = (x: Node) => Node;

/** A known name or a function; `undefined` and null mean linear. */
export type ActivationSpec = string | ActivationFunction | null | undefined;

/** x itself. */
export function linear(x: Node): Node {
  return x;
}

/** Activations that can be named, by the names of Keras in camelCase. */
export const activationFunctions: Readonly<Record<string, ActivationFunction>> = {
  linear,
  relu: (x) => relu(x),
  sigmoid: (x) => sigmoid(x),
  tanh: (x) => tanh(x),
  softmax: (x) => softmax(x),
  logSoftmax: (x) => logSoftmax(x),
  softplus: (x) => softplus(x),
  exponential: (x) => exp(x),
};

/** The function that `spec` means. Throws with the nearest known name when there is none. */
export function resolveActivation(where: string, spec: ActivationSpec): ActivationFunction {
  if (spec === undefined || spec === null) return linear;
  if (typeof spec === 'function') return spec;
  if (typeof spec !== 'string') return fail(where, '`activation` to be a name or a function', describe(spec));
  return lookup(where, 'activation', spec, activationFunctions);
}

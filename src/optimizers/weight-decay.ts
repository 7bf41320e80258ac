/** @file Which weights decoupled weight decay leaves alone. */

import { describe, fail } from '../base/fail.ts';
import { Variable } from '../graph/variable.ts';

/** Weights that do not decay: parts of their names, patterns, the weights themselves, or a function that is true of them. */
export type DecayExclusions = readonly (string | RegExp | Variable)[] | ((weight: Variable) => boolean);

/** Refuses exclusions that say nothing of a weight. */
export function checkExclusions(where: string, exclusions: DecayExclusions | undefined): void {
  if (exclusions === undefined || typeof exclusions === 'function') return;
  const expected = '`excludeFromWeightDecay` to be a list of names, patterns or weights, or a function';
  if (!Array.isArray(exclusions)) fail(where, expected, describe(exclusions));
  for (const one of exclusions) {
    const isKnown = (typeof one === 'string' && one !== '') || one instanceof RegExp || one instanceof Variable;
    if (!isKnown) fail(where, expected, `a list with ${describe(one)}`);
  }
}

/** Whether a weight does not decay. */
export function isExcluded(exclusions: DecayExclusions | undefined, weight: Variable): boolean {
  if (exclusions === undefined) return false;
  if (typeof exclusions === 'function') return exclusions(weight);
  return exclusions.some((one) => {
    if (one instanceof Variable) return one === weight;
    // `search` starts at the beginning whatever the pattern was used for before.
    return typeof one === 'string' ? weight.name.includes(one) : weight.name.search(one) >= 0;
  });
}

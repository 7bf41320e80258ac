/** @file Saying which weights something is about: those that do not decay, those of a parameter group. */

import { describe, fail } from '../base/fail.ts';
import { Variable } from '../graph/variable.ts';

/** Weights by parts of their names, by patterns, the weights themselves, or a function that is true of them. */
export type WeightSelector = readonly (string | RegExp | Variable)[] | ((weight: Variable) => boolean);

/** Weights that do not decay. */
export type DecayExclusions = WeightSelector;

/** Refuses a selector that says nothing of a weight. */
export function checkSelector(where: string, option: string, selector: WeightSelector | undefined): void {
  if (selector === undefined || typeof selector === 'function') return;
  const expected = `\`${option}\` to be a list of names, patterns or weights, or a function`;
  if (!Array.isArray(selector)) fail(where, expected, describe(selector));
  for (const one of selector) {
    const isKnown = (typeof one === 'string' && one !== '') || one instanceof RegExp || one instanceof Variable;
    if (!isKnown) fail(where, expected, `a list with ${describe(one)}`);
  }
}

/** Whether a selector is about a weight; none is about nothing. */
export function selects(selector: WeightSelector | undefined, weight: Variable): boolean {
  if (selector === undefined) return false;
  if (typeof selector === 'function') return selector(weight);
  return selector.some((one) => {
    if (one instanceof Variable) return one === weight;
    // `search` starts at the beginning whatever the pattern was used for before.
    return typeof one === 'string' ? weight.name.includes(one) : weight.name.search(one) >= 0;
  });
}

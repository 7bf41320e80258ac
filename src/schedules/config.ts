/** @file Options as plain JSON. What only a program can hold (functions, patterns, weights) is refused, with the option that holds it. */

import { describe, fail } from '../base/fail.ts';

/** What JSON can hold. */
export type PlainValue = null | boolean | number | string | readonly PlainValue[] | { readonly [key: string]: PlainValue };

/**
 * A copy of `value` that `JSON.stringify` writes without loss. Objects with a `toJSON` of their own (schedules) give what that says.
 *
 * @param option the name of the option, for messages
 * @throws MyelinError when there is a function, a pattern, a weight or another object with a class of its own in it
 */
export function plainValue(where: string, option: string, value: unknown): PlainValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((element, i) => plainValue(where, `${option}[${i}]`, element));
  if (typeof value === 'object' && value !== null) {
    if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON() as PlainValue;
    if (Object.getPrototypeOf(value) === Object.prototype) return plainOptions(where, value, `${option}.`);
  }
  return fail(
    where,
    `\`${option}\` to be something that JSON can hold, as it is to be saved`,
    value instanceof RegExp ? `the pattern ${value}` : describe(value),
    'give schedules as objects of their classes, and weights by parts of their names.',
  );
}

/** A plain copy of options; those that are undefined are left out. */
export function plainOptions(where: string, options: object, prefix = ''): Record<string, PlainValue> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, plainValue(where, prefix + key, value)]));
}

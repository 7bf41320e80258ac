/** @file Checks of schedule options, so that a bad one is refused where it is written. */

import { describe, fail } from '../base/fail.ts';

/** `value` if it is a finite number above 0. */
export function positive(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !(value > 0 && value < Number.POSITIVE_INFINITY))
    fail(where, `\`${name}\` to be a positive finite number`, describe(value));
  return value;
}

/** `value` if it is a finite number of at least 0. */
export function notNegative(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0 && value < Number.POSITIVE_INFINITY))
    fail(where, `\`${name}\` to be a finite number >= 0`, describe(value));
  return value;
}

/** `value` if it is a finite number of at least 1. */
export function atLeastOne(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 1 && value < Number.POSITIVE_INFINITY))
    fail(where, `\`${name}\` to be a finite number >= 1`, describe(value));
  return value;
}

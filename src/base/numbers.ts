/** @file Checks of options that are numbers. */

import { describe, fail } from './fail.ts';

/** `value` if it is a finite number. */
export function finite(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) fail(where, `\`${name}\` to be a finite number`, describe(value));
  return value;
}

/** `value` if it is a finite number that is not negative. */
export function notNegative(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    fail(where, `\`${name}\` to be a finite number >= 0`, describe(value));
  }
  return value;
}

/** `value` if it is a finite number above 0. */
export function positive(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !(value > 0 && value < Number.POSITIVE_INFINITY)) {
    fail(where, `\`${name}\` to be a finite number > 0`, describe(value));
  }
  return value;
}

/** `value` if it is a whole number of at least `least`. */
export function wholeNumber(where: string, name: string, value: number, least: number): number {
  if (!Number.isInteger(value) || value < least) fail(where, `\`${name}\` to be an integer >= ${least}`, describe(value));
  return value;
}

/** `value` if it lies in [low, high]. */
export function within(where: string, name: string, value: number, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high)) {
    fail(where, `\`${name}\` to be a number in [${low}, ${high}]`, describe(value));
  }
  return value;
}

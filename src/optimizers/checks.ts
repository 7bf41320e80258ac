/** @file Checks of optimizer options, so that a bad one is refused where it is written. */

import { describe, fail } from '../base/fail.ts';

/** `value` if it is a positive finite number. */
export function positive(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !(value > 0 && value < Number.POSITIVE_INFINITY)) {
    fail(where, `\`${name}\` to be a positive finite number`, describe(value));
  }
  return value;
}

/** `value` if it is a decay rate: in [0, 1), where 1 would forget nothing and learn nothing. */
export function decay(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0 && value < 1))
    fail(where, `\`${name}\` to be a number in [0, 1)`, describe(value));
  return value;
}

/** `value` if it lies in [0, 1]. */
export function fraction(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    fail(where, `\`${name}\` to be a number in [0, 1]`, describe(value));
  return value;
}

/** `value` if it is a finite number of at least 0. */
export function notNegative(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0 && value < Number.POSITIVE_INFINITY))
    fail(where, `\`${name}\` to be a finite number >= 0`, describe(value));
  return value;
}

/** @file Checks of initializer options. */

import { describe, fail } from '../base/fail.ts';

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

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

/** The ends between which a schedule moves the momentum. */
export interface MomentumRange {
  readonly max: number;
  readonly min: number;
}

/** Refuses a range of momentum that is none. */
export function checkMomentum(where: string, momentum: MomentumRange | undefined): void {
  if (momentum === undefined) return;
  const isRange = typeof momentum === 'object' && momentum !== null && typeof momentum.min === 'number';
  if (!isRange || !(momentum.min >= 0 && momentum.max >= momentum.min && momentum.max < 1)) {
    const got = isRange ? `{ max: ${momentum.max}, min: ${momentum.min} }` : describe(momentum);
    fail(where, '`momentum` to be { max, min } with 0 <= min <= max < 1', got);
  }
}

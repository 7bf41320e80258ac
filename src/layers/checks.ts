/** @file Checks of layer options, so that a bad one is refused where it is written, not where it first hurts. */

import { describe, fail, failShape } from '../base/fail.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';

/** `value` if it is a whole number of at least 1. */
export function positiveInteger(where: string, name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) fail(where, `\`${name}\` to be a positive integer`, describe(value));
  return value;
}

/** `value` if it is a finite number above 0. */
export function positiveNumber(where: string, name: string, value: number): number {
  if (typeof value !== 'number' || !(value > 0 && value < Infinity))
    fail(where, `\`${name}\` to be a positive number`, describe(value));
  return value;
}

/** `value` if it lies in [low, high]. */
export function inRange(where: string, name: string, value: number, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high)) {
    fail(where, `\`${name}\` to be a number in [${low}, ${high}]`, describe(value));
  }
  return value;
}

/** Refuses what is no shape of a sample. */
export function checkSample(where: string, inputShape: PartialShape): void {
  const isSize = (size: unknown): boolean => size === null || (Number.isInteger(size) && (size as number) >= 1);
  if (Array.isArray(inputShape) && inputShape.every(isSize)) return;
  failShape(where, '`inputShape` to be a list of positive integers (null where not known)', describe(inputShape));
}

/** The last dimension of a shape that must be known when a layer is built. */
export function lastDimension(where: string, shape: PartialShape, minimumRank = 2): number {
  if (shape.length < minimumRank) {
    failShape(where, `input of rank >= ${minimumRank}`, `shape ${formatShape(shape)}`, 'the first axis is the batch.');
  }
  const size = shape[shape.length - 1];
  if (size === null || size === undefined) {
    return failShape(
      where,
      'an input whose last dimension is known',
      `shape ${formatShape(shape)}`,
      'give `inputShape` in full.',
    );
  }
  return size;
}

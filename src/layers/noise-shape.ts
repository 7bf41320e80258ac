/** @file Noise that is drawn once for several elements: its shape has a 1 where neighbours share a number. */

import { describe, fail, failShape } from '../base/fail.ts';
import { formatShape, type PartialShape, type Shape } from '../base/shape.ts';

/** Refuses what cannot be the shape of noise, before the shape of the input is known. */
export function checkNoiseShape(where: string, noiseShape: PartialShape | undefined): void {
  const isSize = (size: unknown): boolean => size === null || (Number.isInteger(size) && (size as number) >= 1);
  if (noiseShape === undefined || (Array.isArray(noiseShape) && noiseShape.every(isSize))) return;
  fail(where, '`noiseShape` to be a list of positive integers (null for the size of the input)', describe(noiseShape));
}

/** The shape of the noise for inputs of `shape`, which it must stretch to; by default a number for every element. */
export function noiseShapeFor(where: string, noiseShape: PartialShape | undefined, shape: Shape): Shape {
  if (noiseShape === undefined) return shape;
  const fits =
    noiseShape.length === shape.length && noiseShape.every((size, i) => size === null || size === 1 || size === shape[i]);
  if (!fits) failShape(where, `\`noiseShape\` to stretch to inputs ${formatShape(shape)}`, formatShape(noiseShape));
  return noiseShape.map((size, i) => size ?? shape[i]!);
}

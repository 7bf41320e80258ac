/** @file Margins around the spatial axes, as padding and cropping layers take them: n, [n, m], or [[before, after], …]. */

import { describe, fail } from '../base/fail.ts';

/** Elements before and after. */
export type Margin = readonly [before: number, after: number];

/** For one spatial axis: both sides alike, or each its own. */
export type Margin1DOption = number | readonly [number, number];

/** For two spatial axes: all sides alike, one number for each axis, or every side its own. */
export type Margin2DOption = number | readonly [number, number] | readonly [Margin, Margin];

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
const isPair = (value: unknown): value is Margin => Array.isArray(value) && value.length === 2 && value.every(isCount);

/** The margin of one axis. */
export function margin1D(where: string, name: string, value: Margin1DOption): readonly [Margin] {
  if (isCount(value)) return [[value, value]];
  if (isPair(value)) return [value];
  return fail(where, `\`${name}\` to be an integer >= 0 or a pair of them`, describe(value));
}

/** The margins of two axes. */
export function margin2D(where: string, name: string, value: Margin2DOption): readonly [Margin, Margin] {
  if (isCount(value)) {
    return [
      [value, value],
      [value, value],
    ];
  }
  if (isPair(value)) {
    const [height, width] = value;
    return [
      [height, height],
      [width, width],
    ];
  }
  if (Array.isArray(value) && value.length === 2 && value.every(isPair)) return value as readonly [Margin, Margin];
  return fail(
    where,
    `\`${name}\` to be an integer >= 0, a pair [height, width] or [[top, bottom], [left, right]]`,
    describe(value),
  );
}

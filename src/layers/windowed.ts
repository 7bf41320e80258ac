/** @file Options of layers that slide a window over their input (convolution, pooling, padding), and their checks. */

import { describe, fail, failShape } from '../base/fail.ts';
import { formatShape, type PartialShape, type Shape } from '../base/shape.ts';
import { placeWindows, type WindowPadding } from '../graph/windows.ts';

/** One number for every spatial dimension, or one for each. */
export type SizeOption = number | readonly number[];

/** A size as a list of `dimensions` whole numbers of at least `least`. */
export function sizesOf(where: string, name: string, value: SizeOption, dimensions: number, least = 1): Shape {
  const list = typeof value === 'number' ? new Array<number>(dimensions).fill(value) : value;
  const isSize = (size: unknown): boolean => Number.isInteger(size) && (size as number) >= least;
  if (Array.isArray(list) && list.length === dimensions && list.every(isSize)) return list;
  const kind = least === 1 ? 'a positive integer' : `an integer >= ${least}`;
  return fail(where, `\`${name}\` to be ${kind}${dimensions > 1 ? `, or a list of ${dimensions}` : ''}`, describe(value));
}

/** `value` if it is one of the ways to treat edges that the layer knows. */
export function paddingOf<P extends WindowPadding>(where: string, value: P, known: readonly P[]): P {
  if (!known.includes(value)) fail(where, `\`padding\` to be ${known.map((name) => `'${name}'`).join(' or ')}`, describe(value));
  return value;
}

/** Refuses inputs that are not [batch, …spatial, channels] with known channels; returns the two parts. */
export function spatialOf(
  where: string,
  inputShape: PartialShape,
  dimensions: number,
): { spatial: PartialShape; channels: number } {
  const expected = `[batch, ${['depth', 'height', 'width'].slice(3 - dimensions).join(', ')}, channels]`;
  if (inputShape.length !== dimensions + 2) {
    const hint = inputShape.length === dimensions + 1 ? 'add an axis for the channels, for example with Reshape.' : undefined;
    failShape(
      where,
      `an input ${dimensions === 1 ? '[batch, steps, channels]' : expected}`,
      `shape ${formatShape(inputShape)}`,
      hint,
    );
  }
  const channels = inputShape[dimensions + 1];
  if (channels === null || channels === undefined)
    return failShape(where, 'an input whose channels are known', `shape ${formatShape(inputShape)}`);
  return { spatial: inputShape.slice(1, -1), channels };
}

/** Where windows are placed. */
export interface Placement {
  readonly kernelSize: Shape;
  readonly strides: Shape;
  readonly padding: WindowPadding;
  readonly dilation: Shape;
}

/** Spatial size of the output of windows; refuses inputs smaller than the window. */
export function windowedSize(where: string, spatial: PartialShape, windows: Placement): PartialShape {
  return spatial.map((size, i) => {
    if (size === null) return null;
    const { output } = placeWindows(size, windows.kernelSize[i]!, windows.strides[i]!, windows.dilation[i]!, windows.padding);
    if (output >= 1) return output;
    return failShape(
      where,
      `an input at least as large as the window ${formatShape(windows.kernelSize)}`,
      `spatial size ${formatShape(spatial)}`,
      "use a smaller window, or padding 'same'.",
    );
  });
}

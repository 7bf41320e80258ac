/** @file What a depthwise convolution and its two gradients share: shape checks, a walk over all products, test cases. */

import { failShape } from '../base/fail.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { forEachTap, type WindowAttrs, type WindowOptions, windowsOver } from './windows.ts';

/** Refuses weights that are not [...kernelSize, channels]. */
export function checkDepthwise(where: string, weights: Shape, { kernelSize }: WindowAttrs, channels: number): void {
  const expected = [...kernelSize, channels];
  if (weights.length === expected.length && expected.every((size, i) => weights[i] === size)) return;
  failShape(where, `weights ${formatShape(expected)}`, formatShape(weights));
}

/** Calls `visit` with the flat positions in y, x and w of every product. */
export function forEachDepthwiseProduct(
  attrs: WindowAttrs,
  batch: number,
  channels: number,
  visit: (y: number, x: number, w: number) => void,
): void {
  forEachTap(attrs, batch, (output, input, tap) => {
    for (let c = 0; c < channels; c++) visit(output * channels + c, input * channels + c, tap * channels + c);
  });
}

function depthwiseCase(x: Shape, window: Shape, options: WindowOptions = {}) {
  const channels = x[x.length - 1]!;
  const attrs = windowsOver('depthwiseCase', x.slice(1, -1), window, options);
  return { x, w: [...window, channels], y: [x[0]!, ...attrs.outputSize, channels], attrs };
}

/** What every op of the family is tested with. */
export const depthwiseCases = [
  depthwiseCase([1, 3, 3, 1], [3, 3]),
  depthwiseCase([2, 5, 7, 3], [3, 3], { padding: 'same' }),
  depthwiseCase([2, 7, 6, 4], [3, 2], { strides: [2, 3], padding: 'same' }),
  depthwiseCase([1, 9, 8, 17], [3, 3], { dilation: [2, 3], padding: 'same' }),
  depthwiseCase([3, 6, 6, 8], [2, 3]),
  depthwiseCase([2, 11, 5], [4], { padding: 'causal' }),
  depthwiseCase([2, 4, 5, 3, 2], [2, 2, 2], { padding: 'same' }),
];

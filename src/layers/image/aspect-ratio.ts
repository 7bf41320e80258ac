/** @file Images brought to the aspect ratio of a target size, by cutting off or adding margins of equal width. */

import type { Node } from '../../graph/node.ts';
import { pad, resize, slice } from '../../graph/ops.ts';

/** The largest part in the middle of the images that has the aspect ratio of `height` by `width`. */
export function cropToRatio(images: Node, height: number, width: number): Node {
  const [batch, inHeight, inWidth, channels] = images.shape as readonly [number, number, number, number];
  const rows = Math.max(1, Math.min(inHeight, Math.floor((inWidth * height) / width)));
  const cols = Math.max(1, Math.min(inWidth, Math.floor((inHeight * width) / height)));
  return cropAt(images, Math.floor((inHeight - rows) / 2), Math.floor((inWidth - cols) / 2), [batch, rows, cols, channels]);
}

/** The part of `shape` whose first row and column are `top` and `left`. */
export function cropAt(images: Node, top: number, left: number, shape: readonly number[]): Node {
  return images.shape.every((size, axis) => size === shape[axis]) ? images : slice(images, [0, top, left, 0], shape);
}

/**
 * The images with equal margins of `value` on two sides, so that they have the aspect ratio of `height` by `width` (to a pixel, as in
 * Keras: half a pixel too many on each side is left out).
 */
export function padToRatio(images: Node, height: number, width: number, value: number): Node {
  const [, inHeight, inWidth] = images.shape as readonly [number, number, number, number];
  const more = (size: number, wanted: number): readonly [number, number] => {
    const margin = Math.floor(Math.max(0, Math.floor(wanted) - size) / 2);
    return [margin, margin];
  };
  const margins = [more(inHeight, (inWidth * height) / width), more(inWidth, (inHeight * width) / height)] as const;
  return pad(images, [[0, 0], ...margins, [0, 0]], value);
}

/** The largest part in the middle that has the aspect ratio, brought to the size. */
export function fitInto(images: Node, height: number, width: number): Node {
  return resize(cropToRatio(images, height, width), [height, width]);
}

/** @file Shapes as summaries and pictures write them: as Keras does. */

import type { PartialShape } from '../base/shape.ts';

/** `(None, 4)` */
export function shapeText(shape: PartialShape): string {
  return `(${shape.map((size) => size ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;
}

/** `(None, 4)`, or `[(None, 4), (None, 2)]` for several. */
export function shapesText(shapes: readonly PartialShape[]): string {
  return shapes.length === 1 ? shapeText(shapes[0]!) : `[${shapes.map(shapeText).join(', ')}]`;
}

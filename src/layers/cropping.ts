/** @file What the cropping layers share: sizes after the cut, and the cut. */

import { failShape } from '../base/fail.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { slice } from '../graph/ops.ts';
import { Layer, type LayerOptions } from './layer.ts';
import type { Margin } from './margins.ts';
import { spatialOf } from './windowed.ts';

/** Base of the cropping layers. */
export abstract class Cropping<O extends LayerOptions> extends Layer<O> {
  /** What is cut off before and after, of each spatial axis. */
  abstract readonly cropping: readonly Margin[];

  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = spatialOf(this.where, inputShape, this.cropping.length);
    const cropped = spatial.map((size, i) => {
      if (size === null) return null;
      const left = size - this.cropping[i]![0] - this.cropping[i]![1];
      if (left >= 1) return left;
      return failShape(
        this.where,
        `\`cropping\` that leaves something of ${formatShape(spatial)}`,
        JSON.stringify(this.cropping),
      );
    });
    return [inputShape[0] ?? null, ...cropped, channels];
  }

  override call(x: Node): Node {
    const begin = [0, ...this.cropping.map(([before]) => before), 0];
    const size = x.shape.map((length, axis) => {
      const margin = this.cropping[axis - 1];
      return margin ? length - margin[0] - margin[1] : length;
    });
    return slice(x, begin, size);
  }
}

import { failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { slice } from '../graph/ops.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type Margin, type Margin2DOption, margin2D } from './margins.ts';
import { spatialOf } from './windowed.ts';

/** Options of {@link Cropping2D}. */
export interface Cropping2DOptions extends LayerOptions {
  /** One number for all sides, [height, width], or [[top, bottom], [left, right]]. Default 0. */
  readonly cropping?: Margin2DOption;
}

/**
 * Cuts off the edges of images.
 *
 * Shape: [batch, height, width, channels] → [batch, new height, new width, channels].
 *
 * @throws MyelinError when `cropping` is not made of integers >= 0, or leaves nothing
 */
export class Cropping2D extends Layer<Cropping2DOptions> {
  static override readonly type: string = 'Cropping2D';
  static override readonly optionNames: OptionNames = { cropping: true } satisfies OwnOptions<Cropping2DOptions, LayerOptions>;
  readonly cropping: readonly Margin[];

  constructor(options: Cropping2DOptions = {}) {
    super(options);
    this.cropping = margin2D(this.where, 'cropping', this.options.cropping ?? 0);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = spatialOf(this.where, inputShape, 2);
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

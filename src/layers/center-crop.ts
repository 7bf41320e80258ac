import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { cast } from '../graph/ops.ts';
import { positiveInteger } from './checks.ts';
import { cropAt, fitInto } from './image/aspect-ratio.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { spatialOf } from './windowed.ts';

/** Options of {@link CenterCrop}. */
export interface CenterCropOptions extends LayerOptions {
  /** Height of the part. */
  readonly height: number;
  /** Width of the part. */
  readonly width: number;
}

/**
 * The part in the middle of images, in training and in use. Images that are smaller than that are enlarged: the largest part of the
 * same aspect ratio is brought to the size.
 *
 * Shape: [batch, any height, any width, channels] → [batch, height, width, channels].
 *
 * @throws MyelinError when a size is not a positive integer
 */
export class CenterCrop extends Layer<CenterCropOptions> {
  static override readonly type: string = 'CenterCrop';
  static override readonly optionNames: OptionNames = { height: true, width: true } satisfies OwnOptions<
    CenterCropOptions,
    LayerOptions
  >;
  readonly height: number;
  readonly width: number;

  constructor(options: CenterCropOptions) {
    super(options);
    this.height = positiveInteger(this.where, 'height', this.options.height);
    this.width = positiveInteger(this.where, 'width', this.options.width);
  }

  override build(inputShape: PartialShape): PartialShape {
    return [inputShape[0] ?? null, this.height, this.width, spatialOf(this.where, inputShape, 2).channels];
  }

  override call(x: Node): Node {
    const images = cast(x, 'float32');
    const [batch, inHeight, inWidth, channels] = images.shape as readonly [number, number, number, number];
    const { height, width } = this;
    if (inHeight < height || inWidth < width) return fitInto(images, height, width);
    const [top, left] = [Math.floor((inHeight - height) / 2), Math.floor((inWidth - width) / 2)];
    return cropAt(images, top, left, [batch, height, width, channels]);
  }
}

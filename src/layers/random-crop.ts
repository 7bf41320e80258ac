import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { affineSample, cast, floor } from '../graph/ops.ts';
import { positiveInteger } from './checks.ts';
import { fitInto } from './image/aspect-ratio.ts';
import { drawOne, matricesOf, type RandomImageOptions, RandomImages } from './image/random-images.ts';
import type { CallContext, LayerOptions } from './layer.ts';

/** Options of {@link RandomCrop}. */
export interface RandomCropOptions extends RandomImageOptions {
  /** Height of the part. */
  readonly height: number;
  /** Width of the part. */
  readonly width: number;
}

/**
 * In training, a part of each image whose place is drawn for every image by itself. In use, and where images are smaller than the
 * part, the largest part in the middle that has the same aspect ratio, brought to the size.
 *
 * Shape: [batch, any height, any width, channels] → [batch, height, width, channels].
 *
 * @throws MyelinError when a size is not a positive integer
 */
export class RandomCrop extends RandomImages<RandomCropOptions> {
  static override readonly type: string = 'RandomCrop';
  static override readonly optionNames: OptionNames = { height: true, width: true, seed: true } satisfies OwnOptions<
    RandomCropOptions,
    LayerOptions
  >;
  readonly height: number;
  readonly width: number;

  constructor(options: RandomCropOptions) {
    super(options);
    this.height = positiveInteger(this.where, 'height', this.options.height);
    this.width = positiveInteger(this.where, 'width', this.options.width);
  }

  override build(inputShape: PartialShape): PartialShape {
    const [batch, , , channels] = super.build(inputShape);
    return [batch ?? null, this.height, this.width, channels ?? null];
  }

  override call(x: Node, context: CallContext): Node {
    const [, inHeight = 0, inWidth = 0] = x.shape;
    const isLarger = inHeight >= this.height && inWidth >= this.width;
    if (!context.training || !isLarger) return fitInto(cast(x, 'float32'), this.height, this.width);
    return super.call(x, context);
  }

  protected override change(images: Node, state: Node): Node {
    const [, inHeight = 0, inWidth = 0] = images.shape;
    const { height, width } = this;
    // Draws lie below the upper end, so that the last place is as likely as the others.
    const top = floor(drawOne(state, images, [0, inHeight - height + 1]));
    const left = floor(drawOne(state, images, [0, inWidth - width + 1]));
    return affineSample(images, matricesOf(images, [1, 0, left, 0, 1, top]), { height, width, interpolation: 'nearest' });
  }
}

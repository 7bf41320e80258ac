import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { cast, resize } from '../graph/ops.ts';
import { positiveInteger } from './checks.ts';
import { cropToRatio, padToRatio } from './image/aspect-ratio.ts';
import { checkInterpolation } from './image/random-images.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { spatialOf } from './windowed.ts';

/** Options of {@link Resizing}. */
export interface ResizingOptions extends LayerOptions {
  /** Height of the images that come out. */
  readonly height: number;
  /** Width of the images that come out. */
  readonly width: number;
  /** Between the centres of pixels: 'bilinear', or the 'nearest' one. Default 'bilinear'. */
  readonly interpolation?: 'bilinear' | 'nearest';
  /** Whether to cut off margins first, so that nothing is distorted. Default false. */
  readonly cropToAspectRatio?: boolean;
  /** Whether to add margins of `fillValue` first, so that nothing is distorted. Default false. */
  readonly padToAspectRatio?: boolean;
  /** Value of the margins. Default 0. */
  readonly fillValue?: number;
}

/**
 * Brings images to one size, in training and in use. There is no smoothing when they get smaller.
 *
 * Shape: [batch, any height, any width, channels] → [batch, height, width, channels].
 *
 * @throws MyelinError when a size is not a positive integer, `interpolation` is unknown, or both ways to keep the ratio are asked for
 */
export class Resizing extends Layer<ResizingOptions> {
  static override readonly type: string = 'Resizing';
  static override readonly optionNames: OptionNames = {
    height: true,
    width: true,
    interpolation: true,
    cropToAspectRatio: true,
    padToAspectRatio: true,
    fillValue: true,
  } satisfies OwnOptions<ResizingOptions, LayerOptions>;
  readonly height: number;
  readonly width: number;

  constructor(options: ResizingOptions) {
    super(options);
    const { height, width, interpolation = 'bilinear', cropToAspectRatio, padToAspectRatio, fillValue = 0 } = this.options;
    this.height = positiveInteger(this.where, 'height', height);
    this.width = positiveInteger(this.where, 'width', width);
    checkInterpolation(this.where, interpolation);
    if (cropToAspectRatio && padToAspectRatio) fail(this.where, 'one of `cropToAspectRatio` and `padToAspectRatio`', 'both');
    if (!Number.isFinite(fillValue)) fail(this.where, '`fillValue` to be a number', describe(fillValue));
  }

  override build(inputShape: PartialShape): PartialShape {
    return [inputShape[0] ?? null, this.height, this.width, spatialOf(this.where, inputShape, 2).channels];
  }

  override call(x: Node): Node {
    const { cropToAspectRatio, padToAspectRatio, interpolation, fillValue = 0 } = this.options;
    let images = cast(x, 'float32');
    if (cropToAspectRatio) images = cropToRatio(images, this.height, this.width);
    if (padToAspectRatio) images = padToRatio(images, this.height, this.width, fillValue);
    return resize(images, [this.height, this.width], interpolation);
  }
}

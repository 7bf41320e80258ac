import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape, Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { interpolateAxis } from './interpolate-axis.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { repeatAxis } from './repeat-axis.ts';
import { type SizeOption, sizesOf, spatialOf } from './windowed.ts';

/** Options of {@link UpSampling2D}. */
export interface UpSampling2DOptions extends LayerOptions {
  /** Factors of height and width. Default 2. */
  readonly size?: SizeOption;
  /** 'nearest' repeats pixels, 'bilinear' interpolates between their centres. Default 'nearest'. */
  readonly interpolation?: 'nearest' | 'bilinear';
}

/**
 * Enlarges images by whole factors.
 *
 * Shape: [batch, height, width, channels] → [batch, size[0] · height, size[1] · width, channels].
 *
 * @throws MyelinError when `size` is not made of positive integers or `interpolation` is unknown
 */
export class UpSampling2D extends Layer<UpSampling2DOptions> {
  static override readonly type: string = 'UpSampling2D';
  static override readonly optionNames: OptionNames = { size: true, interpolation: true } satisfies OwnOptions<
    UpSampling2DOptions,
    LayerOptions
  >;
  readonly size: Shape;
  readonly interpolation: 'nearest' | 'bilinear';

  constructor(options: UpSampling2DOptions = {}) {
    super(options);
    const { size = 2, interpolation = 'nearest' } = this.options;
    this.size = sizesOf(this.where, 'size', size, 2);
    if (!['nearest', 'bilinear'].includes(interpolation))
      fail(this.where, "`interpolation` to be 'nearest' or 'bilinear'", describe(interpolation));
    this.interpolation = interpolation;
  }

  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = spatialOf(this.where, inputShape, 2);
    const enlarged = spatial.map((size, i) => (size === null ? null : size * this.size[i]!));
    return [inputShape[0] ?? null, ...enlarged, channels];
  }

  override call(x: Node): Node {
    const enlarge = this.interpolation === 'nearest' ? repeatAxis : interpolateAxis;
    return this.size.reduce((result, factor, i) => enlarge(result, i + 1, factor), x);
  }
}

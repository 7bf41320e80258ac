import type { OptionNames, OwnOptions } from '../base/names.ts';
import { Cropping } from './cropping.ts';
import type { LayerOptions } from './layer.ts';
import { type Margin, type Margin2DOption, margin2D } from './margins.ts';

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
export class Cropping2D extends Cropping<Cropping2DOptions> {
  static override readonly type: string = 'Cropping2D';
  static override readonly optionNames: OptionNames = { cropping: true } satisfies OwnOptions<Cropping2DOptions, LayerOptions>;
  override readonly cropping: readonly Margin[];

  constructor(options: Cropping2DOptions = {}) {
    super(options);
    this.cropping = margin2D(this.where, 'cropping', this.options.cropping ?? 0);
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import { Conv, type ConvLayerOptions, convOptions } from './convolution.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link Conv2D}. */
export interface Conv2DOptions extends ConvLayerOptions {}

/**
 * Convolution over images: activation(conv(x, kernel) + bias), channels last. Weights: `kernel` [height, width, channels / groups, filters],
 * `bias` [filters].
 *
 * Shape: [batch, height, width, channels] → [batch, new height, new width, filters].
 *
 * @throws MyelinError when a size is not positive, channels or filters are not divided by the groups, or strides and dilation are both > 1
 */
export class Conv2D extends Conv<Conv2DOptions> {
  static override readonly type: string = 'Conv2D';
  static override readonly optionNames: OptionNames = convOptions satisfies OwnOptions<Conv2DOptions, LayerOptions>;

  constructor(options: Conv2DOptions) {
    super(options, 2, options.padding ?? 'valid');
  }
}

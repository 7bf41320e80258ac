import type { OptionNames, OwnOptions } from '../base/names.ts';
import { Conv, type ConvLayerOptions, convOptions } from './convolution.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link Conv3D}. */
export interface Conv3DOptions extends ConvLayerOptions {}

/**
 * Convolution over volumes: activation(conv(x, kernel) + bias), channels last. Weights: `kernel` [depth, height, width, channels / groups, filters],
 * `bias` [filters].
 *
 * Shape: [batch, depth, height, width, channels] → [batch, …new sizes, filters].
 *
 * @throws MyelinError when a size is not positive, channels or filters are not divided by the groups, or strides and dilation are both > 1
 */
export class Conv3D extends Conv<Conv3DOptions> {
  static override readonly type: string = 'Conv3D';
  static override readonly optionNames: OptionNames = convOptions satisfies OwnOptions<Conv3DOptions, LayerOptions>;

  constructor(options: Conv3DOptions) {
    super(options, 3, options.padding ?? 'valid');
  }
}

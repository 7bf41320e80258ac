import type { OptionNames, OwnOptions } from '../base/names.ts';
import { SeparableConv, type SeparableConvOptions, separableConvOptions } from './depthwise-convolution.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link SeparableConv2D}. */
export interface SeparableConv2DOptions extends SeparableConvOptions {}

/**
 * A depthwise convolution, then a 1×1 convolution that mixes the channels, bias and activation. Weights: `depthwise_kernel`
 * [height, width, channels, depthMultiplier], `pointwise_kernel` [1, 1, channels · depthMultiplier, filters], `bias` [filters].
 *
 * Shape: [batch, height, width, channels] → [batch, new height, new width, filters].
 *
 * @throws MyelinError when a size is not positive, or strides and dilation are both > 1
 */
export class SeparableConv2D extends SeparableConv {
  static override readonly type: string = 'SeparableConv2D';
  static override readonly optionNames: OptionNames = { ...separableConvOptions } satisfies OwnOptions<
    SeparableConvOptions,
    LayerOptions
  >;

  constructor(options: SeparableConv2DOptions) {
    super(options, 2);
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import { SeparableConv, type SeparableConvOptions, separableConvOptions } from './depthwise-convolution.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link SeparableConv1D}. */
export interface SeparableConv1DOptions extends SeparableConvOptions {}

/**
 * A depthwise convolution, then a 1×1 convolution that mixes the channels, bias and activation. Weights: `depthwise_kernel`
 * [kernelSize, channels, depthMultiplier], `pointwise_kernel` [1, channels · depthMultiplier, filters], `bias` [filters].
 *
 * Shape: [batch, steps, channels] → [batch, new steps, filters].
 *
 * @throws MyelinError when a size is not positive, or strides and dilation are both > 1
 */
export class SeparableConv1D extends SeparableConv {
  static override readonly type: string = 'SeparableConv1D';
  static override readonly optionNames: OptionNames = { ...separableConvOptions } satisfies OwnOptions<
    SeparableConvOptions,
    LayerOptions
  >;

  constructor(options: SeparableConv1DOptions) {
    super(options, 1);
  }
}

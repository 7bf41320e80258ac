import type { OptionNames, OwnOptions } from '../base/names.ts';
import { DepthwiseConv, type DepthwiseConvOptions, depthwiseConvOptions } from './depthwise-convolution.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link DepthwiseConv1D}. */
export interface DepthwiseConv1DOptions extends DepthwiseConvOptions {}

/**
 * Convolution of each channel with kernels of its own; output channel c·depthMultiplier + m comes from input channel c. Weights:
 * `kernel` [kernelSize, channels, depthMultiplier], `bias` [channels · depthMultiplier].
 *
 * Shape: [batch, steps, channels] → [batch, new steps, channels · depthMultiplier].
 *
 * @throws MyelinError when a size is not positive, or strides and dilation are both > 1
 */
export class DepthwiseConv1D extends DepthwiseConv {
  static override readonly type: string = 'DepthwiseConv1D';
  static override readonly optionNames: OptionNames = { ...depthwiseConvOptions } satisfies OwnOptions<
    DepthwiseConvOptions,
    LayerOptions
  >;

  constructor(options: DepthwiseConv1DOptions) {
    super(options, 1);
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import { DepthwiseConv, type DepthwiseConvOptions, depthwiseConvOptions } from './depthwise-convolution.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link DepthwiseConv2D}. */
export interface DepthwiseConv2DOptions extends DepthwiseConvOptions {}

/**
 * Convolution of each channel with kernels of its own; output channel c·depthMultiplier + m comes from input channel c. Weights:
 * `kernel` [height, width, channels, depthMultiplier], `bias` [channels · depthMultiplier].
 *
 * Shape: [batch, height, width, channels] → [batch, new height, new width, channels · depthMultiplier].
 *
 * @throws MyelinError when a size is not positive, or strides and dilation are both > 1
 */
export class DepthwiseConv2D extends DepthwiseConv {
  static override readonly type: string = 'DepthwiseConv2D';
  static override readonly optionNames: OptionNames = { ...depthwiseConvOptions } satisfies OwnOptions<
    DepthwiseConvOptions,
    LayerOptions
  >;

  constructor(options: DepthwiseConv2DOptions) {
    super(options, 2);
  }
}

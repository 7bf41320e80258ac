import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { LayerOptions } from './layer.ts';
import { ConvTranspose, type ConvTransposeOptions, convTransposeOptions } from './transposed-convolution.ts';

/** Options of {@link Conv2DTranspose}. */
export interface Conv2DTransposeOptions extends ConvTransposeOptions {}

/**
 * Transposed convolution, which goes the way of a convolution's gradient: with strides it enlarges its input. Weights: `kernel`
 * [height, width, filters, channels], `bias` [filters].
 *
 * Shape: [batch, height, width, channels] → [batch, new height, new width, filters].
 *
 * @throws MyelinError when a size is not positive, `outputPadding` is not less than the strides, or strides and dilation are both > 1
 */
export class Conv2DTranspose extends ConvTranspose {
  static override readonly type: string = 'Conv2DTranspose';
  static override readonly optionNames: OptionNames = { ...convTransposeOptions } satisfies OwnOptions<
    ConvTransposeOptions,
    LayerOptions
  >;

  constructor(options: Conv2DTransposeOptions) {
    super(options, 2);
  }
}

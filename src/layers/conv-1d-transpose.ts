import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { LayerOptions } from './layer.ts';
import { ConvTranspose, type ConvTransposeOptions, convTransposeOptions } from './transposed-convolution.ts';

/** Options of {@link Conv1DTranspose}. */
export interface Conv1DTransposeOptions extends ConvTransposeOptions {}

/**
 * Transposed convolution, which goes the way of a convolution's gradient: with strides it enlarges its input. Weights: `kernel`
 * [kernelSize, filters, channels], `bias` [filters].
 *
 * Shape: [batch, steps, channels] → [batch, new steps, filters].
 *
 * @throws MyelinError when a size is not positive, `outputPadding` is not less than the strides, or strides and dilation are both > 1
 */
export class Conv1DTranspose extends ConvTranspose {
  static override readonly type: string = 'Conv1DTranspose';
  static override readonly optionNames: OptionNames = { ...convTransposeOptions } satisfies OwnOptions<
    ConvTransposeOptions,
    LayerOptions
  >;

  constructor(options: Conv1DTransposeOptions) {
    super(options, 1);
  }
}

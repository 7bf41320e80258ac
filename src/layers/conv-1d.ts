import type { OptionNames, OwnOptions } from '../base/names.ts';
import { Conv, type ConvLayerOptions, convOptions } from './convolution.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link Conv1D}. */
export interface Conv1DOptions extends Omit<ConvLayerOptions, 'padding'> {
  /** Edges: as for Conv2D, or 'causal': an output sees nothing later than itself. Default 'valid'. */
  readonly padding?: 'valid' | 'same' | 'causal';
}

/**
 * Convolution over a sequence: activation(conv(x, kernel) + bias). Weights: `kernel` [kernelSize, channels / groups, filters], `bias` [filters].
 *
 * Shape: [batch, steps, channels] → [batch, new steps, filters].
 *
 * @throws MyelinError when a size is not positive, channels or filters are not divided by the groups, or strides and dilation are both > 1
 */
export class Conv1D extends Conv<Conv1DOptions> {
  static override readonly type: string = 'Conv1D';
  static override readonly optionNames: OptionNames = convOptions satisfies OwnOptions<Conv1DOptions, LayerOptions>;

  constructor(options: Conv1DOptions) {
    super(options, 1, options.padding ?? 'valid', ['valid', 'same', 'causal']);
  }
}

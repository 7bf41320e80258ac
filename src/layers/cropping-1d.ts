import type { OptionNames, OwnOptions } from '../base/names.ts';
import { Cropping } from './cropping.ts';
import type { LayerOptions } from './layer.ts';
import { type Margin, type Margin1DOption, margin1D } from './margins.ts';

/** Options of {@link Cropping1D}. */
export interface Cropping1DOptions extends LayerOptions {
  /** Steps before and after: one number, or a pair. Default 1. */
  readonly cropping?: Margin1DOption;
}

/**
 * Cuts off the edges of a sequence.
 *
 * Shape: [batch, steps, channels] → [batch, new steps, channels].
 *
 * @throws MyelinError when `cropping` is not made of integers >= 0, or leaves nothing
 */
export class Cropping1D extends Cropping<Cropping1DOptions> {
  static override readonly type: string = 'Cropping1D';
  static override readonly optionNames: OptionNames = { cropping: true } satisfies OwnOptions<Cropping1DOptions, LayerOptions>;
  override readonly cropping: readonly Margin[];

  constructor(options: Cropping1DOptions = {}) {
    super(options);
    this.cropping = margin1D(this.where, 'cropping', this.options.cropping ?? 1);
  }
}

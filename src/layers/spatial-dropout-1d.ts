import { failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape, type Shape } from '../base/shape.ts';
import { Dropout, type DropoutOptions } from './dropout.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link SpatialDropout1D}. */
export type SpatialDropout1DOptions = Omit<DropoutOptions, 'noiseShape'>;

/**
 * In training, zeroes each channel of a sample as a whole with probability `rate`, at all steps, and multiplies the others by
 * 1/(1 − rate); otherwise does nothing.
 *
 * Shape: [batch, steps, channels] → same. Tompson et al. 2015.
 *
 * @throws MyelinError when `rate` is outside [0, 1]
 */
export class SpatialDropout1D extends Dropout {
  static override readonly type: string = 'SpatialDropout1D';
  static override readonly optionNames: OptionNames = { rate: true, noiseShape: true, seed: true } satisfies OwnOptions<
    DropoutOptions,
    LayerOptions
  >;

  /** Accepts the options, or the rate alone: `new SpatialDropout1D(0.5)`. */
  constructor(options: SpatialDropout1DOptions | number) {
    super(options);
  }

  override build(inputShape: PartialShape): PartialShape {
    if (inputShape.length !== 3) failShape(this.where, 'inputs [batch, steps, channels]', `shape ${formatShape(inputShape)}`);
    return inputShape;
  }

  protected override maskShape(shape: Shape): Shape {
    return [shape[0]!, 1, shape[2]!];
  }
}

import { failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape, type Shape } from '../base/shape.ts';
import { Dropout, type DropoutOptions } from './dropout.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link SpatialDropout2D}. */
export type SpatialDropout2DOptions = Omit<DropoutOptions, 'noiseShape'>;

/**
 * In training, zeroes each channel of a sample as a whole with probability `rate`, at all rows and columns, and multiplies the others by
 * 1/(1 − rate); otherwise does nothing.
 *
 * Shape: [batch, rows, columns, channels] → same. Tompson et al. 2015.
 *
 * @throws MyelinError when `rate` is outside [0, 1]
 */
export class SpatialDropout2D extends Dropout {
  static override readonly type: string = 'SpatialDropout2D';
  static override readonly optionNames: OptionNames = { rate: true, noiseShape: true, seed: true } satisfies OwnOptions<
    DropoutOptions,
    LayerOptions
  >;

  /** Accepts the options, or the rate alone: `new SpatialDropout2D(0.5)`. */
  constructor(options: SpatialDropout2DOptions | number) {
    super(options);
  }

  override build(inputShape: PartialShape): PartialShape {
    if (inputShape.length !== 4)
      failShape(this.where, 'inputs [batch, rows, columns, channels]', `shape ${formatShape(inputShape)}`);
    return inputShape;
  }

  protected override maskShape(shape: Shape): Shape {
    return [shape[0]!, 1, 1, shape[3]!];
  }
}

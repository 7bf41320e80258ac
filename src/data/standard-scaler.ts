import { checkOptionNames } from '../base/names.ts';
import type { Tensor, TensorLike } from '../base/tensor.ts';
import { columnMoments, recordOf, Scaler, type ScalerRecord } from './scaler.ts';

/** Options of {@link StandardScaler}. */
export interface StandardScalerOptions {
  /** One mean and deviation for every entry of the last axis (the channels of images) instead of every element. Default false. */
  readonly perChannel?: boolean;
}

/** Gives every column mean 0 and deviation 1: (x − mean) / deviation, the deviation over n. Constant columns become 0. */
export class StandardScaler extends Scaler<StandardScalerOptions> {
  static override readonly type: string = 'StandardScaler';

  constructor(options: StandardScalerOptions = {}) {
    checkOptionNames('StandardScaler', options, { perChannel: true } satisfies Record<keyof StandardScalerOptions, true>);
    super(options);
  }

  /** A scaler out of what `toJSON` gave. */
  static fromJSON(record: ScalerRecord): StandardScaler {
    const { options } = recordOf('StandardScaler', record);
    return new StandardScaler(options as StandardScalerOptions).restore(record);
  }

  /** Means of the columns. */
  get mean(): number[] {
    return [...this.learned.shift];
  }

  /** Deviations of the columns; 1 for those that do not vary. */
  get deviation(): number[] {
    return [...this.learned.scale];
  }

  protected override columnsOf(x: Tensor): number {
    return this.options.perChannel ? x.shape.at(-1)! : super.columnsOf(x);
  }

  protected override learn(x: Tensor, columns: number): { shift: Float64Array; scale: Float64Array } {
    const { mean, variance } = columnMoments(x, columns);
    return { shift: mean, scale: variance.map(Math.sqrt) };
  }
}

/**
 * Mean and deviation of every channel of images: what `(image − mean) / deviation` needs.
 *
 * Shape: [n, height, width, channels] (or any other with channels last) → two lists of length `channels`.
 */
export function channelMeans(images: TensorLike): { mean: number[]; deviation: number[] } {
  const { mean, deviation } = new StandardScaler({ perChannel: true }).fit(images);
  return { mean, deviation };
}

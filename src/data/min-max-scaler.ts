import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Tensor } from '../base/tensor.ts';
import { forEachElement, recordOf, Scaler, type ScalerRecord } from './scaler.ts';

/** Options of {@link MinMaxScaler}. */
export interface MinMaxScalerOptions {
  /** What the least and the greatest value of every column become. Default [0, 1]. */
  readonly range?: readonly [low: number, high: number];
}

/** Brings every column into a range: its least value becomes the lower end, its greatest the upper. Constant columns become the lower end. */
export class MinMaxScaler extends Scaler<MinMaxScalerOptions> {
  static override readonly type: string = 'MinMaxScaler';
  readonly #range: readonly [number, number];

  constructor(options: MinMaxScalerOptions = {}) {
    checkOptionNames('MinMaxScaler', options, { range: true } satisfies Record<keyof MinMaxScalerOptions, true>);
    super(options);
    const { range = [0, 1] } = options;
    const isRange =
      Array.isArray(range) && range.length === 2 && range.every((end) => Number.isFinite(end)) && range[0] < range[1];
    if (!isRange) fail('MinMaxScaler', '`range` to be a pair [low, high], low < high', describe(range));
    this.#range = [range[0], range[1]];
  }

  /** A scaler out of what `toJSON` gave. */
  static fromJSON(record: ScalerRecord): MinMaxScaler {
    const { options } = recordOf('MinMaxScaler', record);
    return new MinMaxScaler(options as MinMaxScalerOptions).restore(record);
  }

  protected override learn(x: Tensor, columns: number): { shift: Float64Array; scale: Float64Array } {
    const least = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    const greatest = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
    forEachElement(x, columns, (column, value) => {
      if (value < least[column]!) least[column] = value;
      if (value > greatest[column]!) greatest[column] = value;
    });
    const [low, high] = this.#range;
    // low + (x − least)·(high − low) / (greatest − least), written as (x − shift) / scale.
    const scale = greatest.map((value, i) => (value === least[i] ? 1 : (value - least[i]!) / (high - low)));
    return { shift: least.map((value, i) => value - low * scale[i]!), scale };
  }
}

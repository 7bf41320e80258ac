import { describe, fail } from '../base/fail.ts';
import type { OptionNames } from '../base/names.ts';
import { notNegative } from './checks.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link PiecewiseConstantDecay}. */
export interface PiecewiseConstantDecayOptions {
  /** Last steps of all rates but the last, rising. */
  readonly boundaries: readonly number[];
  /** The rates: one more than boundaries. */
  readonly values: readonly number[];
}

/**
 * Rates that hold for some steps each: values[i] while boundaries[i − 1] < step ≤ boundaries[i].
 *
 * Source: Keras `optimizers.schedules.PiecewiseConstantDecay`.
 *
 * @throws MyelinError when there is not one more value than boundaries, boundaries do not rise, or a value is negative
 */
export class PiecewiseConstantDecay extends Schedule<PiecewiseConstantDecayOptions> {
  static override readonly type: string = 'PiecewiseConstantDecay';
  static override readonly optionNames: OptionNames = {
    boundaries: true,
    values: true,
  } satisfies Record<keyof PiecewiseConstantDecayOptions, true>;

  constructor(options: PiecewiseConstantDecayOptions) {
    super(options);
    const { boundaries, values } = options;
    if (!Array.isArray(boundaries)) fail(this.type, '`boundaries` to be a list of steps', describe(boundaries));
    if (!Array.isArray(values)) fail(this.type, '`values` to be a list of rates', describe(values));
    if (values.length !== boundaries.length + 1)
      fail(this.type, `${boundaries.length + 1} \`values\` for ${boundaries.length} boundaries`, String(values.length));
    for (const value of values) notNegative(this.type, 'values', value);
    boundaries.forEach((boundary, i) => {
      if (!Number.isFinite(boundary) || (i > 0 && boundary <= boundaries[i - 1]!))
        fail(this.type, '`boundaries` to be rising numbers', describe(boundaries));
    });
  }

  override rateAt(step: number): number {
    const { boundaries, values } = this.options;
    let at = 0;
    while (at < boundaries.length && step > boundaries[at]!) at++;
    return values[at]!;
  }
}

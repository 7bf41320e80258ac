import type { OptionNames } from '../base/names.ts';
import { positive } from './checks.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link Noam}. */
export interface NoamOptions {
  /** Width of the model. */
  readonly modelSize: number;
  /** Steps in which the rate rises. Default 4000. */
  readonly warmupSteps?: number;
  /** Factor of all rates. Default 1. */
  readonly factor?: number;
}

/**
 * The schedule of the first transformer: factor·d^(−½)·min(s^(−½), s·w^(−3/2)) with s = step + 1. It rises in a straight line for w steps and
 * then falls as the inverse root of time.
 *
 * Source: Vaswani et al. 2017, "Attention is all you need", section 5.3.
 *
 * @throws MyelinError when an option is not positive
 */
export class Noam extends Schedule<NoamOptions> {
  static override readonly type: string = 'Noam';
  static override readonly optionNames: OptionNames = {
    modelSize: true,
    warmupSteps: true,
    factor: true,
  } satisfies Record<keyof NoamOptions, true>;

  constructor(options: NoamOptions) {
    super(options);
    positive(this.type, 'modelSize', options.modelSize);
    positive(this.type, 'warmupSteps', options.warmupSteps ?? 4000);
    positive(this.type, 'factor', options.factor ?? 1);
  }

  override rateAt(step: number): number {
    const { modelSize, warmupSteps = 4000, factor = 1 } = this.options;
    const s = step + 1;
    return (factor / Math.sqrt(modelSize)) * Math.min(1 / Math.sqrt(s), s / (warmupSteps * Math.sqrt(warmupSteps)));
  }
}

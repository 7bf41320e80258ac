import { describe, fail } from '../base/fail.ts';
import type { OptionNames } from '../base/names.ts';
import { positive } from './checks.ts';
import { cosPi } from './portable-math.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link OneCycle}. */
export interface OneCycleOptions {
  /** Highest rate. */
  readonly maxLearningRate: number;
  /** Steps of the whole run, at least 2. */
  readonly totalSteps: number;
  /** Share of the steps in which the rate rises, between 0 and 1. Default 0.3. */
  readonly pctStart?: number;
  /** Whether the rate moves along half a cosine or a straight line. Default 'cos'. */
  readonly annealStrategy?: 'cos' | 'linear';
  /** The first rate is the highest divided by this. Default 25. */
  readonly divFactor?: number;
  /** The last rate is the first divided by this. Default 10000. */
  readonly finalDivFactor?: number;
}

/**
 * One cycle: from max / divFactor up to max until step pctStart·N − 1, then down to max / (divFactor·finalDivFactor) until step N − 1, where
 * it stays. Between a and b, cos: b + (a − b)/2·(1 + cos(π·f)). Momentum is left as it is.
 *
 * Source: PyTorch `OneCycleLR` with two phases; Smith & Topin 2017.
 *
 * @throws MyelinError when a rate or factor is not positive, `pctStart` is outside of (0, 1), or the rise takes less than a step
 */
export class OneCycle extends Schedule<OneCycleOptions> {
  static override readonly type: string = 'OneCycle';
  static override readonly optionNames: OptionNames = {
    maxLearningRate: true,
    totalSteps: true,
    pctStart: true,
    annealStrategy: true,
    divFactor: true,
    finalDivFactor: true,
  } satisfies Record<keyof OneCycleOptions, true>;

  constructor(options: OneCycleOptions) {
    super(options);
    const { totalSteps, pctStart = 0.3, annealStrategy = 'cos' } = options;
    positive(this.type, 'maxLearningRate', options.maxLearningRate);
    positive(this.type, 'divFactor', options.divFactor ?? 25);
    positive(this.type, 'finalDivFactor', options.finalDivFactor ?? 1);
    if (!Number.isInteger(totalSteps) || totalSteps < 2)
      fail(this.type, '`totalSteps` to be a whole number >= 2', describe(totalSteps));
    if (typeof pctStart !== 'number' || !(pctStart > 0 && pctStart < 1))
      fail(this.type, '`pctStart` to be between 0 and 1', describe(pctStart));
    if (pctStart * totalSteps <= 1) {
      const hint = 'raise `pctStart` or `totalSteps`.';
      fail(this.type, '`pctStart` of the steps to be more than one step', describe(pctStart * totalSteps), hint);
    }
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear')
      fail(this.type, "`annealStrategy` to be 'cos' or 'linear'", describe(annealStrategy));
  }

  override rateAt(step: number): number {
    const { maxLearningRate, totalSteps, pctStart = 0.3, annealStrategy = 'cos' } = this.options;
    const { divFactor = 25, finalDivFactor = 1e4 } = this.options;
    const first = maxLearningRate / divFactor;
    const peak = pctStart * totalSteps - 1;
    const [from, to] = step <= peak ? [first, maxLearningRate] : [maxLearningRate, first / finalDivFactor];
    const share = step <= peak ? step / peak : Math.min((step - peak) / (totalSteps - 1 - peak), 1);
    if (annealStrategy === 'linear') return from + (to - from) * share;
    return to + ((from - to) / 2) * (1 + cosPi(share));
  }
}

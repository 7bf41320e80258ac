import { describe, fail } from '../base/fail.ts';
import type { OptionNames } from '../base/names.ts';
import { checkMomentum, type MomentumRange, positive } from './checks.ts';
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
  /** Whether the fall takes as long as the rise and ends at the first rate, and a third phase goes on to the last. Default false. */
  readonly threePhase?: boolean;
  /** Momentum that falls from `max` to `min` while the rate rises, and rises again while it falls; 0.95 and 0.85 are usual. Default: none. */
  readonly momentum?: MomentumRange;
}

/**
 * One cycle: from max / divFactor up to max until step pctStart·N − 1, then down to max / (divFactor·finalDivFactor) until step N − 1, where
 * it stays. Between a and b, cos: b + (a − b)/2·(1 + cos(π·f)). `threePhase`: down to the first rate until step 2·pctStart·N − 2, then to the
 * last. `momentum` goes the other way, and is `max` in a third phase.
 *
 * Source: PyTorch `OneCycleLR`; Smith & Topin 2017.
 *
 * @throws MyelinError when a rate or factor is not positive, `pctStart` is outside of (0, 1) (three phases: (0, ½)), the rise takes less
 *   than a step, or the momentum is outside of [0, 1)
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
    threePhase: true,
    momentum: true,
  } satisfies Record<keyof OneCycleOptions, true>;

  constructor(options: OneCycleOptions) {
    super(options);
    const { totalSteps, pctStart = 0.3, annealStrategy = 'cos', threePhase = false } = options;
    const most = threePhase ? 0.5 : 1;
    if (typeof threePhase !== 'boolean') fail(this.type, '`threePhase` to be true or false', describe(threePhase));
    checkMomentum(this.type, options.momentum);
    positive(this.type, 'maxLearningRate', options.maxLearningRate);
    positive(this.type, 'divFactor', options.divFactor ?? 25);
    positive(this.type, 'finalDivFactor', options.finalDivFactor ?? 1);
    if (!Number.isInteger(totalSteps) || totalSteps < 2)
      fail(this.type, '`totalSteps` to be a whole number >= 2', describe(totalSteps));
    if (typeof pctStart !== 'number' || !(pctStart > 0 && pctStart < most))
      fail(this.type, `\`pctStart\` to be between 0 and ${most}`, describe(pctStart));
    if (pctStart * totalSteps <= 1) {
      const hint = 'raise `pctStart` or `totalSteps`.';
      fail(this.type, '`pctStart` of the steps to be more than one step', describe(pctStart * totalSteps), hint);
    }
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear')
      fail(this.type, "`annealStrategy` to be 'cos' or 'linear'", describe(annealStrategy));
  }

  override rateAt(step: number): number {
    const { maxLearningRate, divFactor = 25, finalDivFactor = 1e4 } = this.options;
    const first = maxLearningRate / divFactor;
    return this.#between(step, first, maxLearningRate, first / finalDivFactor);
  }

  override get cyclesMomentum(): boolean {
    return this.options.momentum !== undefined;
  }

  override momentumAt(step: number): number | undefined {
    const { momentum } = this.options;
    return momentum && this.#between(step, momentum.max, momentum.min, momentum.max);
  }

  /** What begins at `first`, turns at `peak` and ends at `last` (with three phases it meets `first` again on the way). */
  #between(step: number, first: number, peak: number, last: number): number {
    const { totalSteps, pctStart = 0.3, threePhase = false } = this.options;
    const turn = pctStart * totalSteps - 1;
    if (step <= turn) return this.#along(first, peak, step / turn);
    const end = totalSteps - 1;
    if (!threePhase) return this.#along(peak, last, (step - turn) / (end - turn));
    const second = 2 * turn;
    if (step <= second) return this.#along(peak, first, (step - turn) / (second - turn));
    return this.#along(first, last, (step - second) / (end - second));
  }

  #along(from: number, to: number, share: number): number {
    const { annealStrategy = 'cos' } = this.options;
    if (annealStrategy === 'linear') return from + (to - from) * Math.min(share, 1);
    return to + ((from - to) / 2) * (1 + cosPi(Math.min(share, 1)));
  }
}

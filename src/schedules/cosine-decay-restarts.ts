import type { OptionNames } from '../base/names.ts';
import { atLeastOne, notNegative, positive } from './checks.ts';
import { cosPi, power } from './portable-math.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link CosineDecayRestarts}. */
export interface CosineDecayRestartsOptions {
  /** Rate of step 0. */
  readonly initialLearningRate: number;
  /** Steps until the first restart. */
  readonly firstDecaySteps: number;
  /** How many times as long each period is as the one before, at least 1. Default 2. */
  readonly tMul?: number;
  /** Factor of the rate at each restart. Default 1. */
  readonly mMul?: number;
  /** Lowest rate as a share of the first. Default 0. */
  readonly alpha?: number;
}

/**
 * Cosine decay that starts over: η₀·((1 − α)·½·mⁱ·(1 + cos(π·f)) + α) in period i, of which the share f has passed.
 *
 * Source: Keras `optimizers.schedules.CosineDecayRestarts`; Loshchilov & Hutter 2016 ("SGDR").
 *
 * @throws MyelinError when `firstDecaySteps` is not positive, `tMul` below 1, or another option negative
 */
export class CosineDecayRestarts extends Schedule<CosineDecayRestartsOptions> {
  static override readonly type: string = 'CosineDecayRestarts';
  static override readonly optionNames: OptionNames = {
    initialLearningRate: true,
    firstDecaySteps: true,
    tMul: true,
    mMul: true,
    alpha: true,
  } satisfies Record<keyof CosineDecayRestartsOptions, true>;

  constructor(options: CosineDecayRestartsOptions) {
    super(options);
    notNegative(this.type, 'initialLearningRate', options.initialLearningRate);
    positive(this.type, 'firstDecaySteps', options.firstDecaySteps);
    atLeastOne(this.type, 'tMul', options.tMul ?? 2);
    notNegative(this.type, 'mMul', options.mMul ?? 1);
    notNegative(this.type, 'alpha', options.alpha ?? 0);
  }

  override rateAt(step: number): number {
    const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = this.options;
    let [period, length, into] = [0, firstDecaySteps, step];
    if (tMul === 1) {
      period = Math.floor(step / length);
      into = step - period * length;
    } else {
      for (; into >= length; period++, length *= tMul) into -= length;
    }
    return initialLearningRate * ((1 - alpha) * 0.5 * power(mMul, period) * (1 + cosPi(into / length)) + alpha);
  }
}

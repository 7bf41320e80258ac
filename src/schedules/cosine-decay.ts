import type { OptionNames } from '../base/names.ts';
import { notNegative, positive } from './checks.ts';
import { cosPi } from './portable-math.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link CosineDecay}. */
export interface CosineDecayOptions {
  /** Rate of step 0. */
  readonly initialLearningRate: number;
  /** Steps in which the rate falls from its highest to its lowest, after warming up. */
  readonly decaySteps: number;
  /** Lowest rate as a share of the highest. Default 0. */
  readonly alpha?: number;
  /** Rate to rise to first. Default: none, the rate falls at once. */
  readonly warmupTarget?: number;
  /** Steps of that rise. Default 0. */
  readonly warmupSteps?: number;
}

/**
 * A rate that falls along half a cosine: η₀·((1 − α)·½·(1 + cos(π·min(step, d)/d)) + α). With `warmupTarget` it rises in a straight line
 * from η₀ to the target first, and falls from there in the d steps after.
 *
 * Source: Keras `optimizers.schedules.CosineDecay`; Loshchilov & Hutter 2016.
 *
 * @throws MyelinError when `decaySteps` is not positive, or another option negative
 */
export class CosineDecay extends Schedule<CosineDecayOptions> {
  static override readonly type: string = 'CosineDecay';
  static override readonly optionNames: OptionNames = {
    initialLearningRate: true,
    decaySteps: true,
    alpha: true,
    warmupTarget: true,
    warmupSteps: true,
  } satisfies Record<keyof CosineDecayOptions, true>;

  constructor(options: CosineDecayOptions) {
    super(options);
    notNegative(this.type, 'initialLearningRate', options.initialLearningRate);
    positive(this.type, 'decaySteps', options.decaySteps);
    notNegative(this.type, 'alpha', options.alpha ?? 0);
    notNegative(this.type, 'warmupTarget', options.warmupTarget ?? 0);
    notNegative(this.type, 'warmupSteps', options.warmupSteps ?? 0);
  }

  override rateAt(step: number): number {
    const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = this.options;
    const isWarming = warmupTarget !== undefined;
    if (isWarming && step < warmupSteps) return initialLearningRate + ((warmupTarget - initialLearningRate) * step) / warmupSteps;
    const highest = isWarming ? warmupTarget : initialLearningRate;
    const share = Math.min(isWarming ? step - warmupSteps : step, decaySteps) / decaySteps;
    return highest * ((1 - alpha) * 0.5 * (1 + cosPi(share)) + alpha);
  }
}

import type { OptionNames } from '../base/names.ts';
import { notNegative, positive } from './checks.ts';
import { power as powerOf } from './portable-math.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link PowerDecay}. */
export interface PowerDecayOptions {
  /** Rate of step 0. */
  readonly initialLearningRate: number;
  /** Steps in which the rate falls to η₀ / 2ᶜ. */
  readonly decaySteps: number;
  /** The exponent c. Default 1. */
  readonly power?: number;
}

/**
 * Power scheduling: η₀ / (1 + step / decaySteps)ᶜ. With c = 1 it is {@link InverseTimeDecay} of `decayRate` 1.
 *
 * Source: Géron, "Hands-on machine learning", chapter 11.
 *
 * @throws MyelinError when `decaySteps` is not positive, or the first rate or `power` negative
 */
export class PowerDecay extends Schedule<PowerDecayOptions> {
  static override readonly type: string = 'PowerDecay';
  static override readonly optionNames: OptionNames = {
    initialLearningRate: true,
    decaySteps: true,
    power: true,
  } satisfies Record<keyof PowerDecayOptions, true>;

  constructor(options: PowerDecayOptions) {
    super(options);
    notNegative(this.type, 'initialLearningRate', options.initialLearningRate);
    positive(this.type, 'decaySteps', options.decaySteps);
    notNegative(this.type, 'power', options.power ?? 1);
  }

  override rateAt(step: number): number {
    const { initialLearningRate, decaySteps, power = 1 } = this.options;
    return initialLearningRate / powerOf(1 + step / decaySteps, power);
  }
}

import type { OptionNames } from '../base/names.ts';
import { notNegative, positive } from './checks.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link InverseTimeDecay}. */
export interface InverseTimeDecayOptions {
  /** Rate of step 0. */
  readonly initialLearningRate: number;
  /** Steps in which the rate falls to η₀ / (1 + `decayRate`). */
  readonly decaySteps: number;
  /** What a period of `decaySteps` steps adds to the divisor. */
  readonly decayRate: number;
  /** Whether the rate falls only every `decaySteps` steps. Default false. */
  readonly staircase?: boolean;
}

/**
 * A rate that falls as the inverse of time: η₀ / (1 + r·p) with p = step / decaySteps, with `staircase` its whole part.
 *
 * Source: Keras `optimizers.schedules.InverseTimeDecay`.
 *
 * @throws MyelinError when `decaySteps` is not positive, or the first rate or `decayRate` negative
 */
export class InverseTimeDecay extends Schedule<InverseTimeDecayOptions> {
  static override readonly type: string = 'InverseTimeDecay';
  static override readonly optionNames: OptionNames = {
    initialLearningRate: true,
    decaySteps: true,
    decayRate: true,
    staircase: true,
  } satisfies Record<keyof InverseTimeDecayOptions, true>;

  constructor(options: InverseTimeDecayOptions) {
    super(options);
    notNegative(this.type, 'initialLearningRate', options.initialLearningRate);
    positive(this.type, 'decaySteps', options.decaySteps);
    notNegative(this.type, 'decayRate', options.decayRate);
  }

  override rateAt(step: number): number {
    const { initialLearningRate, decaySteps, decayRate, staircase = false } = this.options;
    const periods = step / decaySteps;
    return initialLearningRate / (1 + decayRate * (staircase ? Math.floor(periods) : periods));
  }
}

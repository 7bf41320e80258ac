import type { OptionNames } from '../base/names.ts';
import { notNegative, positive } from './checks.ts';
import { power } from './portable-math.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link ExponentialDecay}. */
export interface ExponentialDecayOptions {
  /** Rate of step 0. */
  readonly initialLearningRate: number;
  /** Steps in which the rate falls by the factor `decayRate`. */
  readonly decaySteps: number;
  /** Factor of `decaySteps` steps. */
  readonly decayRate: number;
  /** Whether the rate falls only every `decaySteps` steps: step decay. Default false. */
  readonly staircase?: boolean;
}

/**
 * A rate that falls by the same factor in equal times: η₀·rᵖ with p = step / decaySteps, with `staircase` its whole part.
 *
 * Source: Keras `optimizers.schedules.ExponentialDecay`. PyTorch's StepLR is the staircase.
 *
 * @throws MyelinError when `decaySteps` or `decayRate` is not positive, or the first rate negative
 */
export class ExponentialDecay extends Schedule<ExponentialDecayOptions> {
  static override readonly type: string = 'ExponentialDecay';
  static override readonly optionNames: OptionNames = {
    initialLearningRate: true,
    decaySteps: true,
    decayRate: true,
    staircase: true,
  } satisfies Record<keyof ExponentialDecayOptions, true>;

  constructor(options: ExponentialDecayOptions) {
    super(options);
    notNegative(this.type, 'initialLearningRate', options.initialLearningRate);
    positive(this.type, 'decaySteps', options.decaySteps);
    positive(this.type, 'decayRate', options.decayRate);
  }

  override rateAt(step: number): number {
    const { initialLearningRate, decaySteps, decayRate, staircase = false } = this.options;
    const periods = step / decaySteps;
    return initialLearningRate * power(decayRate, staircase ? Math.floor(periods) : periods);
  }
}

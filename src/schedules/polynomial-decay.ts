import type { OptionNames } from '../base/names.ts';
import { notNegative, positive } from './checks.ts';
import { power as powerOf } from './portable-math.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link PolynomialDecay}. */
export interface PolynomialDecayOptions {
  /** Rate of step 0. */
  readonly initialLearningRate: number;
  /** Steps in which the rate falls to `endLearningRate`. */
  readonly decaySteps: number;
  /** Rate at the end. Default 0.0001. */
  readonly endLearningRate?: number;
  /** Exponent of the share of steps that is left. Default 1: a straight line. */
  readonly power?: number;
  /** Whether the rate starts over at the end, each time towards the next multiple of `decaySteps`. Default false: it stays. */
  readonly cycle?: boolean;
}

/**
 * A rate that goes to its end on a power of the steps left: (η₀ − ηₑ)·(1 − s/d)ᶜ + ηₑ with s = min(step, d). `cycle`: d is the next
 * multiple of `decaySteps`.
 *
 * Source: Keras `optimizers.schedules.PolynomialDecay`.
 *
 * @throws MyelinError when `decaySteps` is not positive, or a rate or `power` negative
 */
export class PolynomialDecay extends Schedule<PolynomialDecayOptions> {
  static override readonly type: string = 'PolynomialDecay';
  static override readonly optionNames: OptionNames = {
    initialLearningRate: true,
    decaySteps: true,
    endLearningRate: true,
    power: true,
    cycle: true,
  } satisfies Record<keyof PolynomialDecayOptions, true>;

  constructor(options: PolynomialDecayOptions) {
    super(options);
    notNegative(this.type, 'initialLearningRate', options.initialLearningRate);
    positive(this.type, 'decaySteps', options.decaySteps);
    notNegative(this.type, 'endLearningRate', options.endLearningRate ?? 0);
    notNegative(this.type, 'power', options.power ?? 1);
  }

  override rateAt(step: number): number {
    const { initialLearningRate, decaySteps, endLearningRate = 0.0001, power = 1, cycle = false } = this.options;
    const length = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    const left = 1 - Math.min(step, length) / length;
    return (initialLearningRate - endLearningRate) * powerOf(left, power) + endLearningRate;
  }
}

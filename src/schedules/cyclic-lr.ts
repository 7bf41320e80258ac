import { describe, fail } from '../base/fail.ts';
import type { OptionNames } from '../base/names.ts';
import { checkMomentum, type MomentumRange, notNegative, positive } from './checks.ts';
import { power } from './portable-math.ts';
import { Schedule } from './schedule.ts';

/** Options of {@link CyclicLR}. */
export interface CyclicLROptions {
  /** Lowest rate, where cycles begin. */
  readonly baseLearningRate: number;
  /** Rate at the top of the first cycle. */
  readonly maxLearningRate: number;
  /** Steps in which the rate rises. Default 2000. */
  readonly stepSizeUp?: number;
  /** Steps in which it falls. Default: as many. */
  readonly stepSizeDown?: number;
  /** Height of the cycles: all alike, each half as high as the one before, or falling by `gamma` from step to step. Default 'triangular'. */
  readonly mode?: 'triangular' | 'triangular2' | 'exp_range';
  /** Factor of a step for 'exp_range'. Default 1. */
  readonly gamma?: number;
  /** Momentum that falls from `max` towards `min` as the rate rises, by the same share; 0.9 and 0.8 are usual. Default: none. */
  readonly momentum?: MomentumRange;
}

const modes = ['triangular', 'triangular2', 'exp_range'];

/**
 * A rate that goes up and down in straight lines: with T = up + down, c = ⌊1 + s/T⌋, x = 1 + s/T − c and r = up/T,
 * η = base + (max − base)·h·(x ≤ r ? x/r : (x − 1)/(r − 1)), h being 1, 2^(1 − c) or gammaˢ.
 *
 * Source: PyTorch `CyclicLR`; Smith 2015.
 *
 * @throws MyelinError when a number of steps is not positive, a rate or `gamma` negative, the mode unknown, or the momentum outside of [0, 1)
 */
export class CyclicLR extends Schedule<CyclicLROptions> {
  static override readonly type: string = 'CyclicLR';
  static override readonly optionNames: OptionNames = {
    baseLearningRate: true,
    maxLearningRate: true,
    stepSizeUp: true,
    stepSizeDown: true,
    mode: true,
    gamma: true,
    momentum: true,
  } satisfies Record<keyof CyclicLROptions, true>;

  constructor(options: CyclicLROptions) {
    super(options);
    const { mode = 'triangular' } = options;
    notNegative(this.type, 'baseLearningRate', options.baseLearningRate);
    notNegative(this.type, 'maxLearningRate', options.maxLearningRate);
    positive(this.type, 'stepSizeUp', options.stepSizeUp ?? 2000);
    positive(this.type, 'stepSizeDown', options.stepSizeDown ?? 2000);
    notNegative(this.type, 'gamma', options.gamma ?? 1);
    if (!modes.includes(mode)) fail(this.type, `\`mode\` to be ${modes.map((one) => `'${one}'`).join(' or ')}`, describe(mode));
    checkMomentum(this.type, options.momentum);
  }

  override rateAt(step: number): number {
    const { baseLearningRate, maxLearningRate } = this.options;
    return baseLearningRate + (maxLearningRate - baseLearningRate) * this.#height(step);
  }

  override get cyclesMomentum(): boolean {
    return this.options.momentum !== undefined;
  }

  override momentumAt(step: number): number | undefined {
    const { momentum } = this.options;
    return momentum && momentum.max - (momentum.max - momentum.min) * this.#height(step);
  }

  /** Share of the way from base to max. */
  #height(step: number): number {
    const { stepSizeUp = 2000, stepSizeDown = stepSizeUp, mode = 'triangular', gamma = 1 } = this.options;
    const cycle = Math.floor(1 + step / (stepSizeUp + stepSizeDown));
    const into = step - (cycle - 1) * (stepSizeUp + stepSizeDown);
    const share = into <= stepSizeUp ? into / stepSizeUp : (stepSizeUp + stepSizeDown - into) / stepSizeDown;
    if (mode === 'triangular') return share;
    return share * (mode === 'triangular2' ? power(2, 1 - cycle) : power(gamma, step));
  }
}

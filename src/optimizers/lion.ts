import type { OptionNames, OwnOptions } from '../base/names.ts';
import { decay } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link Lion}. */
export interface LionOptions extends OptimizerOptions {
  /** Share of the average gradient in the direction of a step, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Share of the average gradient that is kept, in [0, 1). Default 0.99. */
  readonly beta2?: number;
}

/**
 * Steps of the same size in every element, by sign alone: w −= η·sign(β₁·m + (1 − β₁)·g); then m ← β₂·m + (1 − β₂)·g. Wants a rate three to
 * ten times below Adam's.
 *
 * Defaults: `learningRate` 0.001, `beta1` 0.9, `beta2` 0.99. Source: Keras `optimizers.Lion`; Chen et al. 2023.
 *
 * @throws MyelinError when the rate is not positive, or a beta is outside [0, 1)
 */
export class Lion extends Optimizer<LionOptions> {
  static override readonly type: string = 'Lion';
  static override readonly optionNames: OptionNames = {
    beta1: true,
    beta2: true,
  } satisfies OwnOptions<LionOptions, OptimizerOptions>;
  readonly beta1: number;
  readonly beta2: number;
  override readonly rule: UpdateRule = { kernel: 'lion', slots: [['momentum']], hypers: 3 };

  constructor(options?: LionOptions) {
    super(options, 0.001);
    const { beta1 = 0.9, beta2 = 0.99 } = this.options;
    this.beta1 = decay(this.where, 'beta1', beta1);
    this.beta2 = decay(this.where, 'beta2', beta2);
  }

  protected override get takesMomentum(): boolean {
    return true;
  }

  protected override prepare(floats: Float32Array, at: number): void {
    floats[at + 1] = 1 - this.momentumOr(this.beta1);
    floats[at + 2] = 1 - this.beta2;
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import { power } from '../schedules/portable-math.ts';
import { decay, positive } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import { RunningPower } from './running-power.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link Adam}. */
export interface AdamOptions extends OptimizerOptions {
  /** Share of the average gradient that is kept, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Share of the average of squares that is kept, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the average of squares. Default 1e-7. */
  readonly epsilon?: number;
  /** Whether steps are divided by the largest average of squares so far. Default false. */
  readonly amsgrad?: boolean;
}

/**
 * Steps along the average gradient, divided by a running root mean square: m += (g − m)(1 − β₁); v += (g² − v)(1 − β₂);
 * w −= α·m / (√v + ε) with α = η·√(1 − β₂ˢ) / (1 − β₁ˢ) at step s = 1, 2, …  `amsgrad`: v̂ ← max(v̂, v) in place of v.
 *
 * Defaults: `learningRate` 0.001, `beta1` 0.9, `beta2` 0.999, `epsilon` 1e-7, `amsgrad` false. ε stands outside of the root and is not
 * corrected, as in Keras; PyTorch adds it after the correction. Source: Keras `optimizers.Adam`; Kingma & Ba 2014.
 *
 * @throws MyelinError when the rate or `epsilon` is not positive, or a beta is outside [0, 1)
 */
export class Adam extends Optimizer<AdamOptions> {
  static override readonly type: string = 'Adam';
  static override readonly optionNames: OptionNames = {
    beta1: true,
    beta2: true,
    epsilon: true,
    amsgrad: true,
  } satisfies OwnOptions<AdamOptions, OptimizerOptions>;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  override readonly rule: UpdateRule;
  readonly #power1: RunningPower;
  readonly #power2: RunningPower;

  constructor(options?: AdamOptions) {
    super(options, 0.001);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = this.options;
    this.beta1 = decay(this.where, 'beta1', beta1);
    this.beta2 = decay(this.where, 'beta2', beta2);
    this.epsilon = positive(this.where, 'epsilon', epsilon);
    this.#power1 = new RunningPower(beta1);
    this.#power2 = new RunningPower(beta2);
    const moments = ['momentum', 'velocity'];
    this.rule = { kernel: amsgrad ? 'adamAmsgrad' : 'adam', slots: amsgrad ? [moments, ['velocityHat']] : [moments], hypers: 4 };
  }

  protected override get takesMomentum(): boolean {
    return true;
  }

  protected override prepare(floats: Float32Array, at: number, step: number): void {
    const beta1 = this.momentumOr(this.beta1);
    const power1 = beta1 === this.beta1 ? this.#power1.raised(step + 1)[0]! : power(beta1, step + 1);
    floats[at] = (floats[at]! * Math.sqrt(1 - this.#power2.raised(step + 1)[0]!)) / (1 - power1);
    floats[at + 1] = 1 - beta1;
    floats[at + 2] = 1 - this.beta2;
    floats[at + 3] = this.epsilon;
  }
}

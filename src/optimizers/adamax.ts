import type { OptionNames, OwnOptions } from '../base/names.ts';
import { power } from '../schedules/portable-math.ts';
import { decay, positive } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import { RunningPower } from './running-power.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link Adamax}. */
export interface AdamaxOptions extends OptimizerOptions {
  /** Share of the average gradient that is kept, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Share of the largest gradient that is kept, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the divisor. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adam by the largest gradient in place of the root mean square: m += (g − m)(1 − β₁); u ← max(β₂·u, |g|);
 * w −= η·m / ((1 − β₁ˢ)·(u + ε)) at step s = 1, 2, …
 *
 * Defaults: `learningRate` 0.001, `beta1` 0.9, `beta2` 0.999, `epsilon` 1e-7. Source: Keras `optimizers.Adamax`; Kingma & Ba 2014, section 7.
 *
 * @throws MyelinError when the rate or `epsilon` is not positive, or a beta is outside [0, 1)
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  static override readonly type: string = 'Adamax';
  static override readonly optionNames: OptionNames = {
    beta1: true,
    beta2: true,
    epsilon: true,
  } satisfies OwnOptions<AdamaxOptions, OptimizerOptions>;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  override readonly rule: UpdateRule = { kernel: 'adamax', slots: [['momentum', 'norm']], hypers: 4 };
  readonly #power1: RunningPower;

  constructor(options?: AdamaxOptions) {
    super(options, 0.001);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = this.options;
    this.beta1 = decay(this.where, 'beta1', beta1);
    this.beta2 = decay(this.where, 'beta2', beta2);
    this.epsilon = positive(this.where, 'epsilon', epsilon);
    this.#power1 = new RunningPower(beta1);
  }

  protected override get takesMomentum(): boolean {
    return true;
  }

  protected override prepare(floats: Float32Array, at: number, step: number): void {
    const beta1 = this.momentumOr(this.beta1);
    const power1 = beta1 === this.beta1 ? this.#power1.raised(step + 1)[0]! : power(beta1, step + 1);
    floats[at] = floats[at]! / (1 - power1);
    floats[at + 1] = 1 - beta1;
    floats[at + 2] = this.beta2;
    floats[at + 3] = this.epsilon;
  }
}

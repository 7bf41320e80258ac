import type { OptionNames, OwnOptions } from '../base/names.ts';
import { power } from '../schedules/portable-math.ts';
import { decay, positive } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import { RunningPower } from './running-power.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link RAdam}. */
export interface RAdamOptions extends OptimizerOptions {
  /** Share of the average gradient that is kept, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Share of the average of squares that is kept, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the average of squares. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adam that does not divide by its average of squares before it has seen enough: m and v as in Adam; ρ∞ = 2 / (1 − β₂) − 1;
 * ρ = ρ∞ − 2·s·β₂ˢ / (1 − β₂ˢ). Where ρ > 5: w −= η·r·√(1 − β₂ˢ) / (1 − β₁ˢ)·m / (√v + ε) with
 * r = √((ρ − 4)(ρ − 2)·ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)·ρ)); else w −= η·m / (1 − β₁ˢ).
 *
 * Defaults: `learningRate` 0.001, `beta1` 0.9, `beta2` 0.999, `epsilon` 1e-7. Source: PyTorch `RAdam`; Liu et al. 2019.
 *
 * @throws MyelinError when the rate or `epsilon` is not positive, or a beta is outside [0, 1)
 */
export class RAdam extends Optimizer<RAdamOptions> {
  static override readonly type: string = 'RAdam';
  static override readonly optionNames: OptionNames = {
    beta1: true,
    beta2: true,
    epsilon: true,
  } satisfies OwnOptions<RAdamOptions, OptimizerOptions>;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  override readonly rule: UpdateRule = { kernel: 'radam', slots: [['momentum', 'velocity']], hypers: 5 };
  readonly #power1: RunningPower;
  readonly #power2: RunningPower;

  constructor(options?: RAdamOptions) {
    super(options, 0.001);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = this.options;
    this.beta1 = decay(this.where, 'beta1', beta1);
    this.beta2 = decay(this.where, 'beta2', beta2);
    this.epsilon = positive(this.where, 'epsilon', epsilon);
    this.#power1 = new RunningPower(beta1);
    this.#power2 = new RunningPower(beta2);
  }

  protected override get takesMomentum(): boolean {
    return true;
  }

  protected override prepare(floats: Float32Array, at: number, step: number): void {
    const s = step + 1;
    const power2 = this.#power2.raised(s)[0]!;
    const most = 2 / (1 - this.beta2) - 1;
    const length = most - (2 * s * power2) / (1 - power2);
    const isRectified = length > 5;
    const rectifier = isRectified
      ? Math.sqrt(((length - 4) * (length - 2) * most * (1 - power2)) / ((most - 4) * (most - 2) * length))
      : 1;
    const beta1 = this.momentumOr(this.beta1);
    const power1 = beta1 === this.beta1 ? this.#power1.raised(s)[0]! : power(beta1, s);
    floats[at] = (floats[at]! * rectifier) / (1 - power1);
    floats[at + 1] = 1 - beta1;
    floats[at + 2] = 1 - this.beta2;
    floats[at + 3] = isRectified ? this.epsilon : 1;
    floats[at + 4] = isRectified ? 1 : 0;
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import { power } from '../schedules/portable-math.ts';
import { decay, notNegative, positive } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import { RunningPower } from './running-power.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link Nadam}. */
export interface NadamOptions extends OptimizerOptions {
  /** Share of the average gradient that is kept, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Share of the average of squares that is kept, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the divisor. Default 1e-7. */
  readonly epsilon?: number;
  /** How fast the momentum warms up: the exponent of 0.96 per step. Default 1, as in Keras; PyTorch's is 0.004. */
  readonly momentumDecay?: number;
}

/**
 * Adam that looks a step ahead (Nesterov): μₛ = β₁·(1 − ½·0.96ˢ); U = μ₁·…·μₛ; m and v as in Adam;
 * m̂ = μₛ₊₁·m / (1 − U·μₛ₊₁) + (1 − μₛ)·g / (1 − U); w −= η·m̂ / (√(v / (1 − β₂ˢ)) + ε).
 *
 * Defaults: `learningRate` 0.001, `beta1` 0.9, `beta2` 0.999, `epsilon` 1e-7. U follows from the step count and is not saved. Source: Keras
 * `optimizers.Nadam`; Dozat 2016.
 *
 * @throws MyelinError when the rate or `epsilon` is not positive, a beta is outside [0, 1), or `momentumDecay` negative
 */
export class Nadam extends Optimizer<NadamOptions> {
  static override readonly type: string = 'Nadam';
  static override readonly optionNames: OptionNames = {
    beta1: true,
    beta2: true,
    epsilon: true,
    momentumDecay: true,
  } satisfies OwnOptions<NadamOptions, OptimizerOptions>;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  override readonly rule: UpdateRule = { kernel: 'nadam', slots: [['momentum', 'velocity']], hypers: 5 };
  readonly #power2: RunningPower;
  /** 0.96 to the power of `momentumDecay`. */
  readonly #warmth: number;
  /** Factors of the product so far, the last of them, 0.96ˢ for the next one, and the product. */
  #count = 0;
  #mu = 0;
  #next = 1;
  #product = 1;

  constructor(options?: NadamOptions) {
    super(options, 0.001);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, momentumDecay = 1 } = this.options;
    this.beta1 = decay(this.where, 'beta1', beta1);
    this.beta2 = decay(this.where, 'beta2', beta2);
    this.epsilon = positive(this.where, 'epsilon', epsilon);
    this.#power2 = new RunningPower(beta2);
    this.#warmth = power(0.96, notNegative(this.where, 'momentumDecay', momentumDecay));
    this.#restart();
  }

  protected override prepare(floats: Float32Array, at: number, step: number): void {
    // The step count was restored, or a run failed: the same multiplications from the start give the same bits.
    if (this.#count > step + 1) this.#restart();
    for (; this.#count <= step; this.#count++) {
      this.#mu = this.beta1 * (1 - 0.5 * this.#next);
      this.#product *= this.#mu;
      this.#next *= this.#warmth;
    }
    const ahead = this.beta1 * (1 - 0.5 * this.#next);
    // Both sides of the quotient times √(1 − β₂ˢ), so that the kernel divides by √v.
    const root = Math.sqrt(1 - this.#power2.raised(step + 1)[0]!);
    const rate = floats[at]!;
    floats[at] = (rate * root * ahead) / (1 - this.#product * ahead);
    floats[at + 1] = 1 - this.beta1;
    floats[at + 2] = 1 - this.beta2;
    floats[at + 3] = this.epsilon * root;
    floats[at + 4] = (rate * root * (1 - this.#mu)) / (1 - this.#product);
  }

  #restart(): void {
    this.#count = 0;
    this.#next = this.#warmth;
    this.#product = 1;
  }
}

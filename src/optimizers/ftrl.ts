import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link Ftrl}. */
export interface FtrlOptions extends OptimizerOptions {
  /** How fast the rate falls with the squares seen: their exponent, at most 0. Default −0.5. */
  readonly learningRatePower?: number;
  /** What the sums of squares start from, at least 0. Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** L1 penalty: weights whose pull is smaller become exactly 0. Default 0. */
  readonly l1RegularizationStrength?: number;
  /** L2 penalty on the weights. Default 0. */
  readonly l2RegularizationStrength?: number;
  /** L2 penalty that acts on the gradient, so that it does not sum up. Default 0. */
  readonly l2ShrinkageRegularizationStrength?: number;
  /** The paper's β: adds β / (2η) to the L2 penalty. Default 0. */
  readonly beta?: number;
}

/**
 * Follow the regularized leader, for sparse linear models: A′ = A + g²; z += g + 2λₛ·w − (A′ᵖ − Aᵖ)/η·w with p = −`learningRatePower`;
 * w = (clip(z, −λ₁, λ₁) − z) / (A′ᵖ/η + 2λ₂ + β/η); A ← A′. What a weight starts from is forgotten at the first step, save for its part in z.
 *
 * Defaults: `learningRate` 0.001, `learningRatePower` −0.5, `initialAccumulatorValue` 0.1, all penalties and `beta` 0. Source: Keras
 * `optimizers.Ftrl`; McMahan et al. 2013.
 *
 * @throws MyelinError when the rate is not positive (also that of a step), `learningRatePower` above 0, or another option negative
 */
export class Ftrl extends Optimizer<FtrlOptions> {
  static override readonly type: string = 'Ftrl';
  static override readonly optionNames: OptionNames = {
    learningRatePower: true,
    initialAccumulatorValue: true,
    l1RegularizationStrength: true,
    l2RegularizationStrength: true,
    l2ShrinkageRegularizationStrength: true,
    beta: true,
  } satisfies OwnOptions<FtrlOptions, OptimizerOptions>;
  override readonly rule: UpdateRule;
  readonly #power: number;
  readonly #l1: number;
  readonly #l2: number;
  readonly #shrinkage: number;
  readonly #beta: number;

  constructor(options?: FtrlOptions) {
    super(options, 0.001);
    const { learningRatePower = -0.5, initialAccumulatorValue = 0.1, beta = 0 } = this.options;
    const { l1RegularizationStrength = 0, l2RegularizationStrength = 0, l2ShrinkageRegularizationStrength = 0 } = this.options;
    if (typeof learningRatePower !== 'number' || !(learningRatePower <= 0 && learningRatePower > Number.NEGATIVE_INFINITY))
      fail(this.where, '`learningRatePower` to be a finite number <= 0', describe(learningRatePower));
    this.#power = -learningRatePower;
    this.#l1 = notNegative(this.where, 'l1RegularizationStrength', l1RegularizationStrength);
    this.#l2 = notNegative(this.where, 'l2RegularizationStrength', l2RegularizationStrength);
    this.#shrinkage = notNegative(this.where, 'l2ShrinkageRegularizationStrength', l2ShrinkageRegularizationStrength);
    this.#beta = notNegative(this.where, 'beta', beta);
    const accumulator = notNegative(this.where, 'initialAccumulatorValue', initialAccumulatorValue);
    this.rule = { kernel: 'ftrl', slots: [['accumulator', 'linear']], hypers: 5, initialSlots: { accumulator } };
  }

  protected override prepare(floats: Float32Array, at: number): void {
    if (floats[at] === 0)
      fail(this.where, 'a learning rate above 0', '0', 'its weights are sums divided by the rate; freeze layers instead.');
    floats[at + 1] = this.#l1;
    floats[at + 2] = 2 * this.#l2 + this.#beta / floats[at]!;
    floats[at + 3] = 2 * this.#shrinkage;
    floats[at + 4] = this.#power;
  }
}

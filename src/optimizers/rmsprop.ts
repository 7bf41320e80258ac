import type { OptionNames, OwnOptions } from '../base/names.ts';
import { decay, fraction, positive } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link RMSprop}. */
export interface RMSpropOptions extends OptimizerOptions {
  /** Share of the average of squares that is kept, in [0, 1). Default 0.9. */
  readonly rho?: number;
  /** Share of the last step that is repeated, in [0, 1]. Default 0. */
  readonly momentum?: number;
  /** Added to the average of squares. Default 1e-7. */
  readonly epsilon?: number;
  /** Whether gradients are measured by their variance rather than their squares. Default false. */
  readonly centered?: boolean;
}

/**
 * Steps divided by a running root mean square: v ← ρ·v + (1 − ρ)·g²; w −= η·g / √(v + ε). `centered`: a ← ρ·a + (1 − ρ)·g and v − a² in
 * place of v under the root. With momentum μ: m ← μ·m + step; w −= m.
 *
 * Defaults: `learningRate` 0.001, `rho` 0.9, `momentum` 0, `epsilon` 1e-7, `centered` false. Source: Keras `optimizers.RMSprop`; Hinton,
 * lecture 6e of "Neural networks for machine learning", 2012.
 *
 * @throws MyelinError when the rate or `epsilon` is not positive, `rho` is outside [0, 1) or `momentum` outside [0, 1]
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  static override readonly type: string = 'RMSprop';
  static override readonly optionNames: OptionNames = {
    rho: true,
    momentum: true,
    epsilon: true,
    centered: true,
  } satisfies OwnOptions<RMSpropOptions, OptimizerOptions>;
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  override readonly rule: UpdateRule;

  constructor(options?: RMSpropOptions) {
    super(options, 0.001);
    const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = this.options;
    this.rho = decay(this.where, 'rho', rho);
    this.momentum = fraction(this.where, 'momentum', momentum);
    this.epsilon = positive(this.where, 'epsilon', epsilon);
    const hasMomentum = momentum > 0;
    const slots = [['velocity'], ...(hasMomentum ? [['momentum']] : []), ...(centered ? [['averageGradient']] : [])];
    const plain = hasMomentum ? 'rmspropMomentum' : 'rmsprop';
    const kernel = centered ? (hasMomentum ? 'rmspropCenteredMomentum' : 'rmspropCentered') : plain;
    this.rule = { kernel, slots, hypers: hasMomentum ? 4 : 3 };
  }

  protected override get takesMomentum(): boolean {
    return this.momentum > 0;
  }

  protected override prepare(floats: Float32Array, at: number): void {
    floats[at + 1] = this.rho;
    floats[at + 2] = this.epsilon;
    if (this.rule.hypers > 3) floats[at + 3] = this.momentumOr(this.momentum);
  }
}

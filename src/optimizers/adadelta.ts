import type { OptionNames, OwnOptions } from '../base/names.ts';
import { decay, positive } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link Adadelta}. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** Share of the averages of squares that is kept, in [0, 1). Default 0.95. */
  readonly rho?: number;
  /** Added to both averages of squares. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Steps as large as recent steps were, measured against recent gradients: E ← ρ·E + (1 − ρ)·g²; δ = g·√(D + ε) / √(E + ε);
 * D ← ρ·D + (1 − ρ)·δ²; w −= η·δ.
 *
 * Defaults: `learningRate` 0.001, `rho` 0.95, `epsilon` 1e-7. The paper's rate is 1. Source: Keras `optimizers.Adadelta`; Zeiler 2012.
 *
 * @throws MyelinError when the rate or `epsilon` is not positive, or `rho` is outside [0, 1)
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  static override readonly type: string = 'Adadelta';
  static override readonly optionNames: OptionNames = {
    rho: true,
    epsilon: true,
  } satisfies OwnOptions<AdadeltaOptions, OptimizerOptions>;
  readonly rho: number;
  readonly epsilon: number;
  override readonly rule: UpdateRule;

  constructor(options?: AdadeltaOptions) {
    super(options, 0.001);
    const { rho = 0.95, epsilon = 1e-7 } = this.options;
    this.rho = decay(this.where, 'rho', rho);
    this.epsilon = positive(this.where, 'epsilon', epsilon);
    this.rule = { kernel: 'adadelta', slots: [['accumulatedGradient', 'accumulatedDelta']], hypers: 3 };
  }

  protected override prepare(floats: Float32Array, at: number): void {
    floats[at + 1] = this.rho;
    floats[at + 2] = this.epsilon;
  }
}

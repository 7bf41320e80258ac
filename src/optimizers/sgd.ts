import type { OptionNames, OwnOptions } from '../base/names.ts';
import { fraction } from './checks.ts';
import { Optimizer, type OptimizerOptions, type UpdateRule } from './optimizer.ts';

/** Options of {@link SGD}. */
export interface SGDOptions extends OptimizerOptions {
  /** Share of the velocity that is kept, in [0, 1]. Default 0. */
  readonly momentum?: number;
  /** Whether the velocity is applied before it is measured (Nesterov). Default false. */
  readonly nesterov?: boolean;
}

/**
 * Gradient descent: w −= η·g. With momentum μ: v ← μ·v − η·g; w += v, or with `nesterov` w += μ·v − η·g.
 *
 * Defaults: `learningRate` 0.01, `momentum` 0, `nesterov` false. Source: Keras `optimizers.SGD`.
 *
 * @throws MyelinError when the rate is not positive or the momentum is outside [0, 1]
 */
export class SGD extends Optimizer<SGDOptions> {
  static override readonly type: string = 'SGD';
  static override readonly optionNames: OptionNames = { momentum: true, nesterov: true } satisfies OwnOptions<
    SGDOptions,
    OptimizerOptions
  >;
  readonly momentum: number;
  override readonly rule: UpdateRule;

  constructor(options?: SGDOptions) {
    super(options, 0.01);
    const { momentum = 0, nesterov = false } = this.options;
    this.momentum = fraction(this.where, 'momentum', momentum);
    this.rule =
      momentum === 0
        ? { kernel: 'sgd', slots: [], hypers: 1 }
        : { kernel: nesterov ? 'sgdNesterov' : 'sgdMomentum', slots: [['momentum']], hypers: 2 };
  }

  protected override prepare(floats: Float32Array, at: number): void {
    if (this.rule.hypers > 1) floats[at + 1] = this.momentum;
  }
}

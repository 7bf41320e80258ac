import { fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { fraction } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link SGD}. */
export interface SGDOptions extends OptimizerOptions {
  /** Share of the velocity that is kept, in [0, 1]. Default 0. */
  readonly momentum?: number;
  /** Whether the velocity is applied before it is measured (Nesterov). Default false. */
  readonly nesterov?: boolean;
  /** Share of the gradient that momentum leaves out from the second step on, in [0, 1], as in PyTorch. Default 0. */
  readonly dampening?: number;
}

/**
 * Gradient descent: w −= η·g. With momentum μ: v ← μ·v − η·g; w += v, or with `nesterov` w += μ·v − η·g.
 *
 * Defaults: `learningRate` 0.01, `momentum` 0, `nesterov` false, `dampening` 0. Source: Keras `optimizers.SGD`; PyTorch `SGD` for
 * dampening d: v ← μ·v − η·(1 − d)·g from the second step on.
 *
 * @throws MyelinError when the rate is not positive, momentum or dampening outside [0, 1], or dampening goes with Nesterov momentum
 */
export class SGD extends Optimizer<SGDOptions> {
  static override readonly type: string = 'SGD';
  static override readonly optionNames: OptionNames = {
    momentum: true,
    nesterov: true,
    dampening: true,
  } satisfies OwnOptions<SGDOptions, OptimizerOptions>;
  readonly momentum: number;
  readonly dampening: number;
  override readonly rule: UpdateRule;

  constructor(options?: SGDOptions) {
    super(options, 0.01);
    const { momentum = 0, nesterov = false, dampening = 0 } = this.options;
    this.momentum = fraction(this.where, 'momentum', momentum);
    this.dampening = fraction(this.where, 'dampening', dampening);
    if (dampening > 0 && (momentum === 0 || nesterov))
      fail(this.where, '`dampening` with `momentum`, and without `nesterov`', nesterov ? 'nesterov' : 'no momentum');
    this.rule =
      momentum === 0
        ? { kernel: 'sgd', slots: [], hypers: 1 }
        : { kernel: nesterov ? 'sgdNesterov' : 'sgdMomentum', slots: [['momentum']], hypers: 2 };
  }

  protected override get takesMomentum(): boolean {
    return this.momentum > 0;
  }

  protected override prepare(floats: Float32Array, at: number, step: number): void {
    if (this.rule.hypers === 1) return;
    floats[at + 1] = this.momentumOr(this.momentum);
    if (step > 0) floats[at]! *= 1 - this.dampening;
  }
}

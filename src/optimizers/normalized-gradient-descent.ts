import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { positive } from './checks.ts';
import type { NormRule } from './clipping.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link NormalizedGradientDescent}. Gradients have length 1 already, so clipping is refused. */
export interface NormalizedGradientDescentOptions extends OptimizerOptions {
  /** Whether each weight's gradient is divided by its own norm rather than that of all together. Default false. */
  readonly perVariable?: boolean;
  /** Added to the norm. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Steps of length η against the gradient: w −= η·g / (‖g‖ + ε), the norm taken over all weights together. Where the gradient is 0, there is
 * no step.
 *
 * Defaults: `learningRate` 0.01, `perVariable` false, `epsilon` 1e-7. Source: the normalized subgradient method; Hazan, Levy &
 * Shalev-Shwartz 2015, "Beyond convexity".
 *
 * @throws MyelinError when the rate or `epsilon` is not positive, or gradients are to be clipped
 */
export class NormalizedGradientDescent extends Optimizer<NormalizedGradientDescentOptions> {
  static override readonly type: string = 'NormalizedGradientDescent';
  static override readonly optionNames: OptionNames = {
    perVariable: true,
    epsilon: true,
  } satisfies OwnOptions<NormalizedGradientDescentOptions, OptimizerOptions>;
  readonly epsilon: number;
  override readonly rule: UpdateRule = { kernel: 'sgd', slots: [], hypers: 1 };

  constructor(options?: NormalizedGradientDescentOptions) {
    super(options, 0.01);
    const { epsilon = 1e-7, perVariable = false } = this.options;
    this.epsilon = positive(this.where, 'epsilon', epsilon);
    if (typeof perVariable !== 'boolean') fail(this.where, '`perVariable` to be true or false', describe(perVariable));
    for (const name of ['clipValue', 'clipNorm', 'globalClipNorm'] as const)
      if (this.options[name] !== undefined)
        fail(this.where, 'gradients without clipping, as their norms become 1', `\`${name}\``);
  }

  protected override get normRule(): NormRule {
    return { kind: this.options.perVariable ? 'divideEach' : 'divideAll', bound: this.epsilon };
  }

  protected override prepare(): void {}
}

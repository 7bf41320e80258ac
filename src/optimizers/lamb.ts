import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add, div, mul, scale, slice, sqrt, square, sub } from '../graph/ops.ts';
import type { WeightUpdate } from '../graph/update-weights.ts';
import type { Variable } from '../graph/variable.ts';
import { power } from '../schedules/portable-math.ts';
import { decay, notNegative, positive } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import { RunningPower } from './running-power.ts';
import type { Passes, UpdateRule } from './step-block.ts';
import { checkSelector, selects, type WeightSelector } from './weight-selector.ts';

/** Options of {@link LAMB}. */
export interface LAMBOptions extends OptimizerOptions {
  /** Share of the average gradient that is kept, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Share of the average of squares that is kept, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the average of squares. Default 1e-7. */
  readonly epsilon?: number;
  /** Decay λ that is part of the step and of its norm, as in the paper: u += λ·w. `weightDecay` stays apart, as in Keras. Default 0. */
  readonly normedWeightDecay?: number;
  /** Weights without `normedWeightDecay`. Default: none. */
  readonly excludeFromNormedWeightDecay?: WeightSelector;
}

/**
 * Adam whose step in each weight is as long as the weight, for large batches: m and v as in Adam; u = m̂ / (√v̂ + ε) + λ·w with
 * m̂ = m / (1 − β₁ˢ), v̂ = v / (1 − β₂ˢ); w −= η·r·u with r = ‖w‖ / ‖u‖, or 1 where either is 0.
 *
 * Defaults: `learningRate` 0.001, `beta1` 0.9, `beta2` 0.999, `epsilon` 1e-7, `normedWeightDecay` 0. Source: Keras `optimizers.Lamb`,
 * TensorFlow Addons `LAMB` for λ; You et al. 2019.
 *
 * @throws MyelinError when the rate or `epsilon` is not positive, a beta is outside [0, 1), or a decay negative
 */
export class LAMB extends Optimizer<LAMBOptions> {
  static override readonly type: string = 'LAMB';
  static override readonly optionNames: OptionNames = {
    beta1: true,
    beta2: true,
    epsilon: true,
    normedWeightDecay: true,
    excludeFromNormedWeightDecay: true,
  } satisfies OwnOptions<LAMBOptions, OptimizerOptions>;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  override readonly rule: UpdateRule = { kernel: 'keepMoments', slots: [['momentum', 'velocity']], hypers: 3, scalars: 2 };
  readonly #normedDecay: number;
  readonly #power1: RunningPower;
  readonly #power2: RunningPower;

  constructor(options?: LAMBOptions) {
    super(options, 0.001);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, normedWeightDecay = 0 } = this.options;
    this.beta1 = decay(this.where, 'beta1', beta1);
    this.beta2 = decay(this.where, 'beta2', beta2);
    this.epsilon = positive(this.where, 'epsilon', epsilon);
    this.#normedDecay = notNegative(this.where, 'normedWeightDecay', normedWeightDecay);
    checkSelector(this.where, 'excludeFromNormedWeightDecay', this.options.excludeFromNormedWeightDecay);
    this.#power1 = new RunningPower(beta1);
    this.#power2 = new RunningPower(beta2);
  }

  protected override get isComposed(): boolean {
    return true;
  }

  protected override get takesMomentum(): boolean {
    return true;
  }

  protected override prepare(floats: Float32Array, at: number, step: number): void {
    const beta1 = this.momentumOr(this.beta1);
    const power1 = beta1 === this.beta1 ? this.#power1.raised(step + 1)[0]! : power(beta1, step + 1);
    floats[at + 1] = 1 - beta1;
    floats[at + 2] = 1 - this.beta2;
    // After the float that clears slots: the corrections of both averages.
    floats[at + 4] = 1 / (1 - power1);
    floats[at + 5] = 1 / (1 - this.#power2.raised(step + 1)[0]!);
  }

  protected override update(rule: UpdateRule, rows: readonly WeightUpdate[], passes: Passes, numbers: Node): void {
    const [c1, c2, correction1, correction2] = [1, 2, 4, 5].map((at) => slice(numbers, [at], [1])) as [Node, Node, Node, Node];
    const moved = (average: Variable, x: Node, share: Node): Node => add(average.node, mul(sub(x, average.node), share));
    // The kernel brings m and v up to date after the graph has read them, so the graph works out what they will be.
    const steps = rows.map(({ weight, gradient, slots: [m, v] }) => {
      const root = sqrt(mul(moved(v!, square(gradient), c2), correction2));
      const direction = div(mul(moved(m!, gradient, c1), correction1), add(root, this.epsilon));
      const isDecaying = this.#normedDecay > 0 && !selects(this.options.excludeFromNormedWeightDecay, weight);
      return isDecaying ? add(direction, scale(weight.node, this.#normedDecay)) : direction;
    });
    passes.keep(rule.kernel, rows);
    passes.change(
      'sgd',
      rows.map(({ weight }, i) => ({ weight, gradient: steps[i]!, slots: [] })),
      'trust',
    );
  }
}

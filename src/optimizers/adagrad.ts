import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative, positive } from './checks.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import type { UpdateRule } from './step-block.ts';

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** What the sums of squares start from, at least 0. Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Added to the sum of squares. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Steps divided by the root of all squares so far, so that rare features keep a large rate: A += g²; w −= η·g / √(A + ε).
 *
 * Defaults: `learningRate` 0.001, `initialAccumulatorValue` 0.1, `epsilon` 1e-7. Source: Keras `optimizers.Adagrad`; Duchi, Hazan & Singer 2011.
 *
 * @throws MyelinError when the rate or `epsilon` is not positive, or the initial value negative
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  static override readonly type: string = 'Adagrad';
  static override readonly optionNames: OptionNames = {
    initialAccumulatorValue: true,
    epsilon: true,
  } satisfies OwnOptions<AdagradOptions, OptimizerOptions>;
  readonly epsilon: number;
  override readonly rule: UpdateRule;

  constructor(options?: AdagradOptions) {
    super(options, 0.001);
    const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = this.options;
    const accumulator = notNegative(this.where, 'initialAccumulatorValue', initialAccumulatorValue);
    this.epsilon = positive(this.where, 'epsilon', epsilon);
    this.rule = { kernel: 'adagrad', slots: [['accumulator']], hypers: 2, initialSlots: { accumulator } };
  }

  protected override prepare(floats: Float32Array, at: number): void {
    floats[at + 1] = this.epsilon;
  }
}

import { fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Seed } from '../base/seed.ts';
import type { Node } from '../graph/node.ts';
import { leakyRelu, mul, neg, randomUniform, relu, sub } from '../graph/ops.ts';
import { inRange } from './checks.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';
import { RandomState } from './random-state.ts';

/** Options of {@link RandomizedReLU}. */
export interface RandomizedReLUOptions extends LayerOptions {
  /** Smallest slope, at least 0. Default 1/8. */
  readonly lower?: number;
  /** Largest slope. Default 1/3. */
  readonly upper?: number;
  /** Gives the layer a random stream of its own. Default: follows from setSeed. */
  readonly seed?: Seed;
}

/**
 * Rectifier whose slope for x < 0 is drawn for each element in training, evenly from [lower, upper); otherwise it is their mean.
 *
 * Shape: any → same. Xu et al. 2015.
 *
 * @throws MyelinError when not 0 ≤ lower ≤ upper
 */
export class RandomizedReLU extends Layer<RandomizedReLUOptions> {
  static override readonly type: string = 'RandomizedReLU';
  static override readonly optionNames: OptionNames = { lower: true, upper: true, seed: true } satisfies OwnOptions<
    RandomizedReLUOptions,
    LayerOptions
  >;
  readonly lower: number;
  readonly upper: number;
  readonly #random: RandomState;

  constructor(options: RandomizedReLUOptions = {}) {
    super(options);
    this.lower = inRange(this.where, 'lower', options.lower ?? 1 / 8, 0, Infinity);
    this.upper = inRange(this.where, 'upper', options.upper ?? 1 / 3, 0, Infinity);
    if (this.lower > this.upper) fail(this.where, '`lower` <= `upper`', `${this.lower} and ${this.upper}`);
    this.#random = new RandomState(this, options.seed);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node, { training }: CallContext): Node {
    const { lower, upper } = this;
    if (!training || lower === upper) return leakyRelu(x, { negativeSlope: (lower + upper) / 2 });
    const slopes = randomUniform(x.shape, { low: lower, high: upper, state: this.#random.draw() });
    return sub(relu(x), mul(slopes, relu(neg(x))));
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Seed } from '../base/seed.ts';
import type { Node } from '../graph/node.ts';
import { add, randomNormal } from '../graph/ops.ts';
import { inRange } from './checks.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';
import { RandomState } from './random-state.ts';

/** Options of {@link GaussianNoise}. */
export interface GaussianNoiseOptions extends LayerOptions {
  /** Standard deviation of the noise, in [0, 1]. */
  readonly stddev: number;
  /** Gives the layer a random stream of its own. Default: follows from setSeed. */
  readonly seed?: Seed;
}

/**
 * In training, adds normally distributed noise of mean 0; otherwise does nothing.
 * Shape: any → same.
 *
 * @throws MyelinError when `stddev` is outside [0, 1]
 */
export class GaussianNoise extends Layer<GaussianNoiseOptions> {
  static override readonly type: string = 'GaussianNoise';
  static override readonly optionNames: OptionNames = { stddev: true, seed: true } satisfies OwnOptions<
    GaussianNoiseOptions,
    LayerOptions
  >;
  readonly stddev: number;
  readonly #random: RandomState;

  /** Accepts the options, or the standard deviation alone: `new GaussianNoise(0.1)`. */
  constructor(options: GaussianNoiseOptions | number) {
    super(typeof options === 'number' ? { stddev: options } : options);
    this.stddev = inRange(this.where, 'stddev', this.options.stddev, 0, 1);
    this.#random = new RandomState(this, this.options.seed);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node, { training }: CallContext): Node {
    if (!training || this.stddev === 0) return x;
    return add(x, randomNormal(x.shape, { state: this.#random.draw(), stddev: this.stddev }));
  }
}

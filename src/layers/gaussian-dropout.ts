import { fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Seed } from '../base/seed.ts';
import type { Node } from '../graph/node.ts';
import { mul, randomNormal } from '../graph/ops.ts';
import { inRange } from './checks.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';
import { RandomState } from './random-state.ts';

/** Options of {@link GaussianDropout}. */
export interface GaussianDropoutOptions extends LayerOptions {
  /** The rate of the Dropout that has noise of the same variance, rate/(1 − rate); in [0, 1). */
  readonly rate: number;
  /** Gives the layer a random stream of its own. Default: follows from setSeed. */
  readonly seed?: Seed;
}

/**
 * In training, multiplies each element by a normally distributed number of mean 1 and variance rate/(1 − rate); otherwise does
 * nothing. Shape: any → same. Srivastava et al. 2014.
 *
 * @throws MyelinError when `rate` is outside [0, 1)
 */
export class GaussianDropout extends Layer<GaussianDropoutOptions> {
  static override readonly type: string = 'GaussianDropout';
  static override readonly optionNames: OptionNames = { rate: true, seed: true } satisfies OwnOptions<
    GaussianDropoutOptions,
    LayerOptions
  >;
  readonly rate: number;
  readonly #random: RandomState;

  /** Accepts the options, or the rate alone: `new GaussianDropout(0.1)`. */
  constructor(options: GaussianDropoutOptions | number) {
    super(typeof options === 'number' ? { rate: options } : options);
    this.rate = inRange(this.where, 'rate', this.options.rate, 0, 1);
    if (this.rate === 1) fail(this.where, '`rate` below 1', '1', 'the variance rate / (1 − rate) would be infinite.');
    this.#random = new RandomState(this, this.options.seed);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node, { training }: CallContext): Node {
    if (!training || this.rate === 0) return x;
    const stddev = Math.sqrt(this.rate / (1 - this.rate));
    return mul(x, randomNormal(x.shape, { state: this.#random.draw(), mean: 1, stddev }));
  }
}

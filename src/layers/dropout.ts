import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Seed } from '../base/seed.ts';
import type { PartialShape, Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { dropoutMask, mul } from '../graph/ops.ts';
import { inRange } from './checks.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';
import { checkNoiseShape, noiseShapeFor } from './noise-shape.ts';
import { RandomState } from './random-state.ts';

/** Options of {@link Dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** Probability of zeroing an element, in [0, 1]. */
  readonly rate: number;
  /**
   * Shape of the mask, batch axis first: null for the size of the input, 1 where one draw holds for the whole axis. `[null, 1, null]`
   * drops a feature at all steps or at none. Default: a draw for every element.
   */
  readonly noiseShape?: PartialShape;
  /** Gives the layer a random stream of its own. Default: follows from setSeed. */
  readonly seed?: Seed;
}

/**
 * In training, zeroes each element with probability `rate` and multiplies the others by 1/(1 − rate); otherwise does nothing.
 * Shape: any → same. Srivastava et al. 2014.
 *
 * @throws MyelinError when `rate` is outside [0, 1]
 */
export class Dropout extends Layer<DropoutOptions> {
  static override readonly type: string = 'Dropout';
  static override readonly optionNames: OptionNames = { rate: true, noiseShape: true, seed: true } satisfies OwnOptions<
    DropoutOptions,
    LayerOptions
  >;
  readonly rate: number;
  readonly #random: RandomState;

  /** Accepts the options, or the rate alone: `new Dropout(0.5)`. */
  constructor(options: DropoutOptions | number) {
    super(typeof options === 'number' ? { rate: options } : options);
    this.rate = inRange(this.where, 'rate', this.options.rate, 0, 1);
    checkNoiseShape(this.where, this.options.noiseShape);
    this.#random = new RandomState(this, this.options.seed);
  }

  /** Shape of the mask for inputs of `shape`. */
  protected maskShape(shape: Shape): Shape {
    return noiseShapeFor(this.where, this.options.noiseShape, shape);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node, { training }: CallContext): Node {
    if (!training || this.rate === 0) return x;
    return mul(x, dropoutMask(this.maskShape(x.shape), { rate: this.rate, state: this.#random.draw() }));
  }
}

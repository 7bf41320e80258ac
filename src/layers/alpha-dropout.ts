import { fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Seed } from '../base/seed.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { greaterEqual, mul, randomUniform, scale } from '../graph/ops.ts';
import { inRange } from './checks.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';
import { checkNoiseShape, noiseShapeFor } from './noise-shape.ts';
import { RandomState } from './random-state.ts';

/** Options of {@link AlphaDropout}. */
export interface AlphaDropoutOptions extends LayerOptions {
  /** Probability of dropping an element, in [0, 1). */
  readonly rate: number;
  /** Shape of the mask, as for Dropout. Default: a draw for every element. */
  readonly noiseShape?: PartialShape;
  /** Gives the layer a random stream of its own. Default: follows from setSeed. */
  readonly seed?: Seed;
}

/** −scale·alpha of the activation `selu`: what it tends to for large negative inputs. */
const saturated = -1.0507009873554805 * 1.6732632423543772;

/**
 * In training, sets each element with probability `rate` to the value at which `selu` saturates, then scales and shifts all of them so
 * that inputs of mean 0 and variance 1 keep both; otherwise does nothing. For networks of `selu` units.
 *
 * Shape: any → same. Klambauer et al. 2017.
 *
 * @throws MyelinError when `rate` is outside [0, 1)
 */
export class AlphaDropout extends Layer<AlphaDropoutOptions> {
  static override readonly type: string = 'AlphaDropout';
  static override readonly optionNames: OptionNames = { rate: true, noiseShape: true, seed: true } satisfies OwnOptions<
    AlphaDropoutOptions,
    LayerOptions
  >;
  readonly rate: number;
  readonly #random: RandomState;

  /** Accepts the options, or the rate alone: `new AlphaDropout(0.1)`. */
  constructor(options: AlphaDropoutOptions | number) {
    super(typeof options === 'number' ? { rate: options } : options);
    this.rate = inRange(this.where, 'rate', this.options.rate, 0, 1);
    if (this.rate === 1) fail(this.where, '`rate` below 1', '1', 'nothing would be left to keep the variance.');
    checkNoiseShape(this.where, this.options.noiseShape);
    this.#random = new RandomState(this, this.options.seed);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node, { training }: CallContext): Node {
    const { rate } = this;
    if (!training || rate === 0) return x;
    const shape = noiseShapeFor(this.where, this.options.noiseShape, x.shape);
    const kept = greaterEqual(randomUniform(shape, { state: this.#random.draw() }), rate);
    const a = 1 / Math.sqrt((1 - rate) * (1 + rate * saturated ** 2));
    // a·(x·kept + saturated·(1 − kept)) + b with b = −a·saturated·rate
    return scale(mul(scale(x, 1, -saturated), kept), a, a * saturated * (1 - rate));
  }
}

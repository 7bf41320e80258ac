import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add, clip, mean, mul, reshape, sub } from '../graph/ops.ts';
import {
  drawOne,
  type FactorOption,
  type RandomImageOptions,
  RandomImages,
  type Range,
  rangeOf,
  valueRange,
} from './image/random-images.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link RandomContrast}. */
export interface RandomContrastOptions extends RandomImageOptions {
  /** f for factors from 1 − f to 1 + f, f in [0, 1]; or a pair (l, u) in [0, 1] for factors from 1 − l to 1 + u. */
  readonly factor: FactorOption;
  /** Lowest and highest value of pixels: results are kept inside. Default [0, 255]. */
  readonly valueRange?: readonly [number, number];
}

/**
 * In training, multiplies the distance of each pixel from its channel's mean by a factor drawn for the image.
 *
 * Shape: [batch, height, width, channels] → same.
 *
 * @throws MyelinError when `factor` or `valueRange` is not one
 */
export class RandomContrast extends RandomImages<RandomContrastOptions> {
  static override readonly type: string = 'RandomContrast';
  static override readonly optionNames: OptionNames = { factor: true, valueRange: true, seed: true } satisfies OwnOptions<
    RandomContrastOptions,
    LayerOptions
  >;
  readonly #factors: Range;
  readonly #values: Range;

  /** Accepts the options, or the factor alone: `new RandomContrast(0.2)`. */
  constructor(options: RandomContrastOptions | number) {
    super(typeof options === 'number' ? { factor: options } : options);
    const { factor } = this.options;
    // Not sorted: the two say how far down and how far up.
    for (const end of Array.isArray(factor) ? factor : [factor]) rangeOf(this.where, 'factor', end as number, 0, 1);
    const [down, up] = (Array.isArray(factor) ? factor : [factor, factor]) as [number, number];
    this.#factors = [1 - down, 1 + up];
    this.#values = valueRange(this.where, this.options.valueRange);
  }

  protected override change(images: Node, state: Node): Node {
    const means = mean(images, [1, 2], true);
    const factor = reshape(drawOne(state, images, this.#factors), [images.shape[0]!, 1, 1, 1]);
    return clip(add(mul(sub(images, means), factor), means), ...this.#values);
  }
}

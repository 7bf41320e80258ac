import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add, clip, reshape, scale } from '../graph/ops.ts';
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

/** Options of {@link RandomBrightness}. */
export interface RandomBrightnessOptions extends RandomImageOptions {
  /** Largest change, as a share of the value range, in [−1, 1]; or the range of changes. */
  readonly factor: FactorOption;
  /** Lowest and highest value of pixels: results are kept inside. Default [0, 255]. */
  readonly valueRange?: readonly [number, number];
}

/**
 * In training, adds a number drawn for the image to all of its pixels.
 *
 * Shape: [batch, height, width, channels] → same.
 *
 * @throws MyelinError when `factor` or `valueRange` is not one
 */
export class RandomBrightness extends RandomImages<RandomBrightnessOptions> {
  static override readonly type: string = 'RandomBrightness';
  static override readonly optionNames: OptionNames = { factor: true, valueRange: true, seed: true } satisfies OwnOptions<
    RandomBrightnessOptions,
    LayerOptions
  >;
  readonly #range: Range;
  readonly #values: Range;

  /** Accepts the options, or the factor alone: `new RandomBrightness(0.2)`. */
  constructor(options: RandomBrightnessOptions | number) {
    super(typeof options === 'number' ? { factor: options } : options);
    this.#range = rangeOf(this.where, 'factor', this.options.factor, -1, 1);
    this.#values = valueRange(this.where, this.options.valueRange);
  }

  protected override change(images: Node, state: Node): Node {
    const [low, high] = this.#values;
    const change = scale(drawOne(state, images, this.#range), high - low);
    return clip(add(images, reshape(change, [images.shape[0]!, 1, 1, 1])), low, high);
  }
}

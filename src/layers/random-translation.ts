import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { scale } from '../graph/ops.ts';
import {
  drawOne,
  type FactorOption,
  type RandomImageOptions,
  RandomMap,
  type Range,
  rangeOf,
  type SamplingOptions,
} from './image/random-images.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link RandomTranslation}. */
export interface RandomTranslationOptions extends RandomImageOptions, SamplingOptions {
  /** Largest move, as a share of the height, in [−1, 1]; or the range of moves. Positive moves go down. */
  readonly heightFactor: FactorOption;
  /** Largest move, as a share of the width, in [−1, 1]; or the range of moves. Positive moves go right. */
  readonly widthFactor: FactorOption;
}

/**
 * In training, moves each image by distances drawn for it.
 *
 * Shape: [batch, height, width, channels] → same.
 *
 * @throws MyelinError when a factor or a way to sample is not one
 */
export class RandomTranslation extends RandomMap<RandomTranslationOptions> {
  static override readonly type: string = 'RandomTranslation';
  static override readonly optionNames: OptionNames = {
    heightFactor: true,
    widthFactor: true,
    seed: true,
    fillMode: true,
    interpolation: true,
    fillValue: true,
  } satisfies OwnOptions<RandomTranslationOptions, LayerOptions>;
  readonly #down: Range;
  readonly #right: Range;

  constructor(options: RandomTranslationOptions) {
    super(options);
    this.#down = rangeOf(this.where, 'heightFactor', this.options.heightFactor, -1, 1);
    this.#right = rangeOf(this.where, 'widthFactor', this.options.widthFactor, -1, 1);
  }

  protected override map(images: Node, state: Node): readonly (Node | number)[] {
    const [, height = 0, width = 0] = images.shape;
    const down = scale(drawOne(state, images, this.#down), -height);
    const right = scale(drawOne(state, images, this.#right), -width);
    return [1, 0, right, 0, 1, down];
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add, cos, neg, scale, sin } from '../graph/ops.ts';
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

/** Options of {@link RandomRotation}. */
export interface RandomRotationOptions extends RandomImageOptions, SamplingOptions {
  /** Largest angle, as a share of a full turn, in [−1, 1]; or the range of angles. Positive angles turn counter-clockwise. */
  readonly factor: FactorOption;
}

/**
 * In training, turns each image about its middle by an angle drawn for it.
 *
 * Shape: [batch, height, width, channels] → same.
 *
 * @throws MyelinError when `factor` or a way to sample is not one
 */
export class RandomRotation extends RandomMap<RandomRotationOptions> {
  static override readonly type: string = 'RandomRotation';
  static override readonly optionNames: OptionNames = {
    factor: true,
    seed: true,
    fillMode: true,
    interpolation: true,
    fillValue: true,
  } satisfies OwnOptions<RandomRotationOptions, LayerOptions>;
  readonly #range: Range;

  /** Accepts the options, or the factor alone: `new RandomRotation(0.1)`. */
  constructor(options: RandomRotationOptions | number) {
    super(typeof options === 'number' ? { factor: options } : options);
    this.#range = rangeOf(this.where, 'factor', this.options.factor, -1, 1);
  }

  protected override map(images: Node, state: Node): readonly Node[] {
    const [, height = 0, width = 0] = images.shape;
    const [x, y] = [(width - 1) / 2, (height - 1) / 2];
    const turns = drawOne(state, images, this.#range);
    const angle = scale(turns, 2 * Math.PI);
    const [cosine, sine] = [cos(angle), sin(angle)];
    // The middle (x, y) stays where it is: x = cos·x − sin·y + c and y = sin·x + cos·y + f.
    const c = add(scale(cosine, -x, x), scale(sine, y));
    const f = add(scale(sine, -x, y), scale(cosine, -y));
    return [cosine, neg(sine), c, sine, cosine, f];
  }
}

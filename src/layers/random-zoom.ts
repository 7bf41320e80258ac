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

/** Options of {@link RandomZoom}. */
export interface RandomZoomOptions extends RandomImageOptions, SamplingOptions {
  /** Largest change of the height, in (−1, 1], or the range of changes. Positive ones zoom out: things get smaller. */
  readonly heightFactor: FactorOption;
  /** The same for the width. Default: the change of the height, which keeps proportions. */
  readonly widthFactor?: FactorOption;
}

/** What stands for an end of −1, at which an image would shrink to a point of its input. */
const least = -1 + 2 ** -24;

/**
 * In training, zooms into or out of the middle of each image by a factor drawn for it.
 *
 * Shape: [batch, height, width, channels] → same.
 *
 * @throws MyelinError when a factor or a way to sample is not one
 */
export class RandomZoom extends RandomMap<RandomZoomOptions> {
  static override readonly type: string = 'RandomZoom';
  static override readonly optionNames: OptionNames = {
    heightFactor: true,
    widthFactor: true,
    seed: true,
    fillMode: true,
    interpolation: true,
    fillValue: true,
  } satisfies OwnOptions<RandomZoomOptions, LayerOptions>;
  readonly #height: Range;
  readonly #width: Range | undefined;

  constructor(options: RandomZoomOptions) {
    super(options);
    const { heightFactor, widthFactor } = this.options;
    this.#height = rangeOf(this.where, 'heightFactor', heightFactor, least, 1);
    this.#width = widthFactor === undefined ? undefined : rangeOf(this.where, 'widthFactor', widthFactor, least, 1);
  }

  protected override map(images: Node, state: Node): readonly (Node | number)[] {
    const [, rows = 0, cols = 0] = images.shape;
    const around = ([low, high]: Range): Range => [1 + low, 1 + high];
    const height = drawOne(state, images, around(this.#height));
    const width = this.#width ? drawOne(state, images, around(this.#width)) : height;
    // The middle m stays where it is: m = zoom·m + offset.
    const offset = (zoom: Node, size: number): Node => scale(zoom, -(size - 1) / 2, (size - 1) / 2);
    return [width, 0, offset(width, cols), 0, height, offset(height, rows)];
  }
}

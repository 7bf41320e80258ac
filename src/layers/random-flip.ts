import { fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { lookup } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { affineSample, less, scale } from '../graph/ops.ts';
import { drawOne, matricesOf, type RandomImageOptions, RandomImages } from './image/random-images.ts';
import type { LayerOptions } from './layer.ts';

/** Ways to flip: left for right, top for bottom, or both at once. */
export type FlipMode = 'horizontal' | 'vertical' | 'horizontalAndVertical';

/** Options of {@link RandomFlip}. */
export interface RandomFlipOptions extends RandomImageOptions {
  /** Default 'horizontalAndVertical', which is one draw for both: an image stays as it is or is turned by 180°, as in Keras. */
  readonly mode?: FlipMode;
}

const modes: Readonly<Record<FlipMode, FlipMode>> = {
  horizontal: 'horizontal',
  vertical: 'vertical',
  horizontalAndVertical: 'horizontalAndVertical',
};

/**
 * In training, flips every second image on average.
 *
 * Shape: [batch, height, width, channels] → same.
 *
 * @throws MyelinError when the mode is unknown
 */
export class RandomFlip extends RandomImages<RandomFlipOptions> {
  static override readonly type: string = 'RandomFlip';
  static override readonly optionNames: OptionNames = { mode: true, seed: true } satisfies OwnOptions<
    RandomFlipOptions,
    LayerOptions
  >;
  readonly mode: FlipMode;

  /** Accepts the options, or the mode alone: `new RandomFlip('horizontal')`. */
  constructor(options: RandomFlipOptions | FlipMode = {}) {
    super(typeof options === 'string' ? { mode: options } : options);
    const { mode = 'horizontalAndVertical' } = this.options;
    if (typeof mode !== 'string') fail(this.where, '`mode` to be a name', String(mode));
    this.mode = lookup(this.where, 'flip mode', mode, modes);
  }

  protected override change(images: Node, state: Node): Node {
    const [, height = 0, width = 0] = images.shape;
    const flips = less(drawOne(state, images, [0, 1]), 0.5);
    // 1 and 0 stay, −1 and size − 1 go backwards from the last pixel.
    const along = (size: number, isFlipped: boolean): readonly [Node | number, Node | number] =>
      isFlipped ? [scale(flips, -2, 1), scale(flips, size - 1)] : [1, 0];
    const [a, c] = along(width, this.mode !== 'vertical');
    const [e, f] = along(height, this.mode !== 'horizontal');
    return affineSample(images, matricesOf(images, [a, 0, c, 0, e, f]), { interpolation: 'nearest' });
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { pad } from '../graph/ops.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type Margin, type Margin2DOption, margin2D } from './margins.ts';
import { spatialOf } from './windowed.ts';

/** Options of {@link ZeroPadding2D}. */
export interface ZeroPadding2DOptions extends LayerOptions {
  /** One number for all sides, [height, width], or [[top, bottom], [left, right]]. Default 1. */
  readonly padding?: Margin2DOption;
}

/**
 * Zeros around images.
 *
 * Shape: [batch, height, width, channels] → [batch, new height, new width, channels].
 *
 * @throws MyelinError when `padding` is not made of integers >= 0
 */
export class ZeroPadding2D extends Layer<ZeroPadding2DOptions> {
  static override readonly type: string = 'ZeroPadding2D';
  static override readonly optionNames: OptionNames = { padding: true } satisfies OwnOptions<ZeroPadding2DOptions, LayerOptions>;
  readonly padding: readonly Margin[];

  constructor(options: ZeroPadding2DOptions = {}) {
    super(options);
    this.padding = margin2D(this.where, 'padding', this.options.padding ?? 1);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = spatialOf(this.where, inputShape, 2);
    const padded = spatial.map((size, i) => (size === null ? null : size + this.padding[i]![0] + this.padding[i]![1]));
    return [inputShape[0] ?? null, ...padded, channels];
  }

  override call(x: Node): Node {
    return pad(x, [[0, 0], ...this.padding, [0, 0]]);
  }
}

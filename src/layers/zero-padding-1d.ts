import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { pad } from '../graph/ops.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type Margin, type Margin1DOption, margin1D } from './margins.ts';
import { spatialOf } from './windowed.ts';

/** Options of {@link ZeroPadding1D}. */
export interface ZeroPadding1DOptions extends LayerOptions {
  /** Steps before and after: one number, or a pair. Default 1. */
  readonly padding?: Margin1DOption;
}

/**
 * Zeros around a sequence.
 *
 * Shape: [batch, steps, channels] → [batch, new steps, channels].
 *
 * @throws MyelinError when `padding` is not made of integers >= 0
 */
export class ZeroPadding1D extends Layer<ZeroPadding1DOptions> {
  static override readonly type: string = 'ZeroPadding1D';
  static override readonly optionNames: OptionNames = { padding: true } satisfies OwnOptions<ZeroPadding1DOptions, LayerOptions>;
  readonly padding: readonly Margin[];

  constructor(options: ZeroPadding1DOptions = {}) {
    super(options);
    this.padding = margin1D(this.where, 'padding', this.options.padding ?? 1);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = spatialOf(this.where, inputShape, 1);
    const padded = spatial.map((size, i) => (size === null ? null : size + this.padding[i]![0] + this.padding[i]![1]));
    return [inputShape[0] ?? null, ...padded, channels];
  }

  override call(x: Node): Node {
    return pad(x, [[0, 0], ...this.padding, [0, 0]]);
  }
}

import { failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { slice } from '../graph/ops.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type Margin, type Margin1DOption, margin1D } from './margins.ts';
import { spatialOf } from './windowed.ts';

/** Options of {@link Cropping1D}. */
export interface Cropping1DOptions extends LayerOptions {
  /** Steps before and after: one number, or a pair. Default 1. */
  readonly cropping?: Margin1DOption;
}

/**
 * Cuts off the edges of a sequence.
 *
 * Shape: [batch, steps, channels] → [batch, new steps, channels].
 *
 * @throws MyelinError when `cropping` is not made of integers >= 0, or leaves nothing
 */
export class Cropping1D extends Layer<Cropping1DOptions> {
  static override readonly type: string = 'Cropping1D';
  static override readonly optionNames: OptionNames = { cropping: true } satisfies OwnOptions<Cropping1DOptions, LayerOptions>;
  readonly cropping: readonly Margin[];

  constructor(options: Cropping1DOptions = {}) {
    super(options);
    this.cropping = margin1D(this.where, 'cropping', this.options.cropping ?? 1);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = spatialOf(this.where, inputShape, 1);
    const cropped = spatial.map((size, i) => {
      if (size === null) return null;
      const left = size - this.cropping[i]![0] - this.cropping[i]![1];
      if (left >= 1) return left;
      return failShape(
        this.where,
        `\`cropping\` that leaves something of ${formatShape(spatial)}`,
        JSON.stringify(this.cropping),
      );
    });
    return [inputShape[0] ?? null, ...cropped, channels];
  }

  override call(x: Node): Node {
    const begin = [0, ...this.cropping.map(([before]) => before), 0];
    const size = x.shape.map((length, axis) => {
      const margin = this.cropping[axis - 1];
      return margin ? length - margin[0] - margin[1] : length;
    });
    return slice(x, begin, size);
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { positiveInteger } from './checks.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { repeatAxis } from './repeat-axis.ts';
import { spatialOf } from './windowed.ts';

/** Options of {@link UpSampling1D}. */
export interface UpSampling1DOptions extends LayerOptions {
  /** How often each step is repeated. Default 2. */
  readonly size?: number;
}

/**
 * Repeats each step.
 *
 * Shape: [batch, steps, channels] → [batch, size · steps, channels].
 *
 * @throws MyelinError when `size` is not a positive integer
 */
export class UpSampling1D extends Layer<UpSampling1DOptions> {
  static override readonly type: string = 'UpSampling1D';
  static override readonly optionNames: OptionNames = { size: true } satisfies OwnOptions<UpSampling1DOptions, LayerOptions>;
  readonly size: number;

  constructor(options: UpSampling1DOptions = {}) {
    super(options);
    this.size = positiveInteger(this.where, 'size', this.options.size ?? 2);
  }

  override build(inputShape: PartialShape): PartialShape {
    const { spatial, channels } = spatialOf(this.where, inputShape, 1);
    return [inputShape[0] ?? null, ...spatial.map((size) => (size === null ? null : size * this.size)), channels];
  }

  override call(x: Node): Node {
    return repeatAxis(x, 1, this.size);
  }
}

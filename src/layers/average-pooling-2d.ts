import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { averagePool } from '../graph/ops.ts';
import type { LayerOptions } from './layer.ts';
import { Pooling, type PoolingOptions } from './pooling.ts';

/** Options of {@link AveragePooling2D}. */
export interface AveragePooling2DOptions extends PoolingOptions {}

/**
 * The mean of each window; padding does not count.
 *
 * Shape: [batch, height, width, channels] → [batch, new height, new width, channels].
 *
 * @throws MyelinError when a size is not a positive integer, or the input is smaller than the window
 */
export class AveragePooling2D extends Pooling {
  static override readonly type: string = 'AveragePooling2D';
  static override readonly optionNames: OptionNames = { poolSize: true, strides: true, padding: true } satisfies OwnOptions<
    PoolingOptions,
    LayerOptions
  >;

  constructor(options: AveragePooling2DOptions = {}) {
    super(options, 2);
  }

  override call(x: Node): Node {
    const { poolSize, strides, padding } = this;
    return averagePool(x, poolSize, { strides, padding });
  }
}

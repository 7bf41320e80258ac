import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { averagePool } from '../graph/ops.ts';
import type { LayerOptions } from './layer.ts';
import { Pooling, type PoolingOptions } from './pooling.ts';

/** Options of {@link AveragePooling3D}. */
export interface AveragePooling3DOptions extends PoolingOptions {}

/**
 * The mean of each window; padding does not count.
 *
 * Shape: [batch, depth, height, width, channels] → [batch, …new sizes, channels].
 *
 * @throws MyelinError when a size is not a positive integer, or the input is smaller than the window
 */
export class AveragePooling3D extends Pooling {
  static override readonly type: string = 'AveragePooling3D';
  static override readonly optionNames: OptionNames = { poolSize: true, strides: true, padding: true } satisfies OwnOptions<
    PoolingOptions,
    LayerOptions
  >;

  constructor(options: AveragePooling3DOptions = {}) {
    super(options, 3);
  }

  override call(x: Node): Node {
    const { poolSize, strides, padding } = this;
    return averagePool(x, poolSize, { strides, padding });
  }
}

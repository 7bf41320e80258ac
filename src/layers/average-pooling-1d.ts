import type { Node } from '../graph/node.ts';
import { averagePool } from '../graph/ops.ts';
import { Pooling, type PoolingOptions } from './pooling.ts';

/** Options of {@link AveragePooling1D}. */
export interface AveragePooling1DOptions extends PoolingOptions {}

/**
 * The mean of each window; padding does not count.
 *
 * Shape: [batch, steps, channels] → [batch, new steps, channels].
 *
 * @throws MyelinError when a size is not a positive integer, or the input is smaller than the window
 */
export class AveragePooling1D extends Pooling {
  static override readonly type: string = 'AveragePooling1D';

  constructor(options: AveragePooling1DOptions = {}) {
    super(options, 1);
  }

  override call(x: Node): Node {
    const { poolSize, strides, padding } = this;
    return averagePool(x, poolSize, { strides, padding });
  }
}

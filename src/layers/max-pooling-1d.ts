import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { maxPool } from '../graph/ops.ts';
import type { LayerOptions } from './layer.ts';
import { Pooling, type PoolingOptions } from './pooling.ts';

/** Options of {@link MaxPooling1D}. */
export interface MaxPooling1DOptions extends PoolingOptions {}

/**
 * The largest element of each window; padding is never the largest. The gradient goes to the first of equal maxima.
 *
 * Shape: [batch, steps, channels] → [batch, new steps, channels].
 *
 * @throws MyelinError when a size is not a positive integer, or the input is smaller than the window
 */
export class MaxPooling1D extends Pooling {
  static override readonly type: string = 'MaxPooling1D';
  static override readonly optionNames: OptionNames = { poolSize: true, strides: true, padding: true } satisfies OwnOptions<
    PoolingOptions,
    LayerOptions
  >;

  constructor(options: MaxPooling1DOptions = {}) {
    super(options, 1);
  }

  override call(x: Node): Node {
    const { poolSize, strides, padding } = this;
    return maxPool(x, poolSize, { strides, padding });
  }
}

import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { mean } from '../graph/ops.ts';
import { GlobalPooling, type GlobalPoolingOptions } from './global-pooling.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link GlobalAveragePooling1D}. */
export interface GlobalAveragePooling1DOptions extends GlobalPoolingOptions {}

/**
 * The mean of each channel over all steps.
 *
 * Shape: [batch, steps, channels] → [batch, channels], or [batch, 1, channels] with `keepdims`.
 */
export class GlobalAveragePooling1D extends GlobalPooling {
  static override readonly type: string = 'GlobalAveragePooling1D';
  static override readonly optionNames: OptionNames = { keepdims: true } satisfies OwnOptions<GlobalPoolingOptions, LayerOptions>;

  constructor(options: GlobalAveragePooling1DOptions = {}) {
    super(options, 1);
  }

  override call(x: Node): Node {
    return mean(x, this.axes, this.options.keepdims ?? false);
  }
}

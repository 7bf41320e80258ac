import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { mean } from '../graph/ops.ts';
import { GlobalPooling, type GlobalPoolingOptions } from './global-pooling.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link GlobalAveragePooling2D}. */
export interface GlobalAveragePooling2DOptions extends GlobalPoolingOptions {}

/**
 * The mean of each channel over the whole image.
 *
 * Shape: [batch, height, width, channels] → [batch, channels], or [batch, 1, 1, channels] with `keepdims`.
 */
export class GlobalAveragePooling2D extends GlobalPooling {
  static override readonly type: string = 'GlobalAveragePooling2D';
  static override readonly optionNames: OptionNames = { keepdims: true } satisfies OwnOptions<GlobalPoolingOptions, LayerOptions>;

  constructor(options: GlobalAveragePooling2DOptions = {}) {
    super(options, 2);
  }

  override call(x: Node): Node {
    return mean(x, this.axes, this.options.keepdims ?? false);
  }
}

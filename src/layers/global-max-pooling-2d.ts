import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { max } from '../graph/ops.ts';
import { GlobalPooling, type GlobalPoolingOptions } from './global-pooling.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link GlobalMaxPooling2D}. */
export interface GlobalMaxPooling2DOptions extends GlobalPoolingOptions {}

/**
 * The largest element of each channel over the whole image.
 *
 * Shape: [batch, height, width, channels] → [batch, channels], or [batch, 1, 1, channels] with `keepdims`.
 */
export class GlobalMaxPooling2D extends GlobalPooling {
  static override readonly type: string = 'GlobalMaxPooling2D';
  static override readonly optionNames: OptionNames = { keepdims: true } satisfies OwnOptions<GlobalPoolingOptions, LayerOptions>;

  constructor(options: GlobalMaxPooling2DOptions = {}) {
    super(options, 2);
  }

  override call(x: Node): Node {
    return max(x, this.axes, this.options.keepdims ?? false);
  }
}

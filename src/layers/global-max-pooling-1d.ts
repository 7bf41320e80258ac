import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { max } from '../graph/ops.ts';
import { GlobalPooling, type GlobalPoolingOptions } from './global-pooling.ts';
import type { LayerOptions } from './layer.ts';

/** Options of {@link GlobalMaxPooling1D}. */
export interface GlobalMaxPooling1DOptions extends GlobalPoolingOptions {}

/**
 * The largest element of each channel over all steps; a mask makes no difference, as in Keras.
 *
 * Shape: [batch, steps, channels] → [batch, channels], or [batch, 1, channels] with `keepdims`.
 */
export class GlobalMaxPooling1D extends GlobalPooling {
  static override readonly type: string = 'GlobalMaxPooling1D';
  static override readonly optionNames: OptionNames = { keepdims: true } satisfies OwnOptions<GlobalPoolingOptions, LayerOptions>;

  constructor(options: GlobalMaxPooling1DOptions = {}) {
    super(options, 1);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** Nothing is left of the steps. */
  override computeMask(): undefined {
    return undefined;
  }

  override call(x: Node): Node {
    return max(x, this.axes, this.options.keepdims ?? false);
  }
}

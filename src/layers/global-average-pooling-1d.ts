import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { div, mean, mul, reshape, sum } from '../graph/ops.ts';
import { GlobalPooling, type GlobalPoolingOptions } from './global-pooling.ts';
import type { CallContext, LayerOptions } from './layer.ts';

/** Options of {@link GlobalAveragePooling1D}. */
export interface GlobalAveragePooling1DOptions extends GlobalPoolingOptions {}

/**
 * The mean of each channel over all steps, or over those that the input's mask keeps (NaN where it keeps none, as in Keras).
 *
 * Shape: [batch, steps, channels] → [batch, channels], or [batch, 1, channels] with `keepdims`.
 */
export class GlobalAveragePooling1D extends GlobalPooling {
  static override readonly type: string = 'GlobalAveragePooling1D';
  static override readonly optionNames: OptionNames = { keepdims: true } satisfies OwnOptions<GlobalPoolingOptions, LayerOptions>;

  constructor(options: GlobalAveragePooling1DOptions = {}) {
    super(options, 1);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** Nothing is left of the steps. */
  override computeMask(): undefined {
    return undefined;
  }

  override call(x: Node, { mask }: CallContext): Node {
    const { keepdims = false } = this.options;
    if (!mask) return mean(x, this.axes, keepdims);
    const kept = reshape(mask, [...mask.shape, 1]);
    return div(sum(mul(x, kept), this.axes, keepdims), sum(kept, this.axes, keepdims));
  }
}

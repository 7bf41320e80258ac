import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { max, mul, notEqual, reshape, stopGradient } from '../graph/ops.ts';
import { Layer, type LayerOptions, type Nodes } from './layer.ts';

/** Options of {@link Masking}. */
export interface MaskingOptions extends LayerOptions {
  /** A step all of whose features have this value is masked. Default 0. */
  readonly maskValue?: number;
}

/**
 * Marks the steps that are padding — all features equal `maskValue` — for later layers to skip, and sets them to 0. Replaces a mask the
 * input brings along. Shape: [batch, time, features] → same.
 */
export class Masking extends Layer<MaskingOptions> {
  static override readonly type: string = 'Masking';
  static override readonly optionNames: OptionNames = { maskValue: true } satisfies OwnOptions<MaskingOptions, LayerOptions>;
  readonly maskValue: number;

  constructor(options: MaskingOptions = {}) {
    super(options);
    const { maskValue = 0 } = this.options;
    if (typeof maskValue !== 'number' || Number.isNaN(maskValue))
      fail(this.where, '`maskValue` to be a number', describe(maskValue));
    this.maskValue = maskValue;
  }

  override get makesMask(): boolean {
    return true;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(inputs: Nodes): Node {
    return stopGradient(max(notEqual(inputs as Node, this.maskValue), -1));
  }

  override build(inputShape: PartialShape): PartialShape {
    if (inputShape.length !== 3) failShape(this.where, 'input [batch, time, features]', `shape ${formatShape(inputShape)}`);
    return inputShape;
  }

  override call(x: Node): Node {
    return mul(x, reshape(this.computeMask(x), [x.shape[0]!, x.shape[1]!, 1]));
  }
}

import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { transpose } from '../graph/ops.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link Permute}. */
export interface PermuteOptions extends LayerOptions {
  /** The axes in their new order, counted from 1, the batch left out: `[2, 1]` swaps the two axes of a sample. */
  readonly dims: readonly number[];
}

/**
 * The axes of each sample in another order: axis i of the result is axis `dims[i]` of the input.
 * Shape: [batch, …] → [batch, …permuted].
 *
 * @throws MyelinError when `dims` is not a permutation of 1, 2, …
 */
export class Permute extends Layer<PermuteOptions> {
  static override readonly type: string = 'Permute';
  static override readonly optionNames: OptionNames = { dims: true } satisfies OwnOptions<PermuteOptions, LayerOptions>;

  constructor(options: PermuteOptions) {
    super(options);
    const { dims } = this.options;
    const isPermutation = Array.isArray(dims) && [...dims].sort((a, b) => a - b).every((axis, i) => axis === i + 1);
    if (!isPermutation)
      fail(this.where, '`dims` to be a permutation of 1, 2, … (1 is the first axis of a sample)', describe(dims));
  }

  override build(inputShape: PartialShape): PartialShape {
    const { dims } = this.options;
    if (inputShape.length !== dims.length + 1)
      failShape(this.where, `inputs of rank ${dims.length + 1}, for ${dims.length} \`dims\``, `shape ${formatShape(inputShape)}`);
    return [0, ...dims].map((axis) => inputShape[axis] ?? null);
  }

  override call(x: Node): Node {
    return transpose(x, [0, ...this.options.dims]);
  }
}

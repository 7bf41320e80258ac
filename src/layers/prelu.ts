import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { mul, neg, relu, sub } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { type InitializerSpec, resolveInitializer } from '../initializers/index.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link PReLU}. */
export interface PReLUOptions extends LayerOptions {
  /** First slopes. Default 'zeros'. */
  readonly alphaInitializer?: InitializerSpec;
  /** Axes along which one slope serves all, counted with the batch as axis 0: [1, 2] for images. Default none. */
  readonly sharedAxes?: readonly number[] | null;
}

/**
 * Rectifier whose slopes for x < 0 are learned. Weights: `alpha`, of the shape of a sample with 1 on every shared axis.
 *
 * Shape: [batch, …] → same. He et al. 2015.
 *
 * @throws MyelinError when a shared axis is not a positive integer
 */
export class PReLU extends Layer<PReLUOptions> {
  static override readonly type: string = 'PReLU';
  static override readonly optionNames: OptionNames = { alphaInitializer: true, sharedAxes: true } satisfies OwnOptions<
    PReLUOptions,
    LayerOptions
  >;
  #alpha!: Variable;

  constructor(options: PReLUOptions = {}) {
    super(options);
    resolveInitializer(options.alphaInitializer ?? 'zeros', this.where);
    const axes = options.sharedAxes ?? [];
    if (!Array.isArray(axes) || !axes.every((axis) => Number.isInteger(axis) && axis >= 1)) {
      fail(this.where, '`sharedAxes` to be a list of positive integers', describe(axes), 'axis 0 is the batch.');
    }
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: PartialShape): PartialShape {
    const { sharedAxes, alphaInitializer = 'zeros' } = this.options;
    const shared = sharedAxes ?? [];
    const outside = shared.find((axis) => axis >= inputShape.length);
    if (outside !== undefined) failShape(this.where, `input with an axis ${outside}`, `shape ${formatShape(inputShape)}`);
    const sizes = inputShape.slice(1).map((size, i) => {
      if (shared.includes(i + 1)) return 1;
      return size ?? failShape(this.where, `a known size of axis ${i + 1}`, `shape ${formatShape(inputShape)}`, 'or share it.');
    });
    this.#alpha = this.addWeight('alpha', sizes, { initializer: alphaInitializer });
    return inputShape;
  }

  override call(x: Node): Node {
    return sub(relu(x), mul(this.#alpha, relu(neg(x))));
  }
}

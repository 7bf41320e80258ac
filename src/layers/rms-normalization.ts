import type { OptionNames, OwnOptions } from '../base/names.ts';
import { type PartialShape, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { reshape, rmsNorm } from '../graph/ops.ts';
import type { Variable } from '../graph/variable.ts';
import { positiveNumber } from './checks.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type AxisSpec, checkAxes, overAxes, sizesOfAxes } from './normalized-axes.ts';

/** Options of {@link RMSNormalization}. */
export interface RMSNormalizationOptions extends LayerOptions {
  /** Axes that are normalized together. Default −1. */
  readonly axis?: AxisSpec;
  /** Added to the mean square. Default 1e-6. */
  readonly epsilon?: number;
}

/**
 * Divides each sample by its root mean square over `axis`: scale·x/√(mean(x²) + epsilon). Weight: `scale`, ones in the shape of the
 * axes.
 *
 * Shape: any → same. Zhang & Sennrich 2019.
 *
 * @throws MyelinError when `epsilon` is not positive or `axis` names no axis
 */
export class RMSNormalization extends Layer<RMSNormalizationOptions> {
  static override readonly type: string = 'RMSNormalization';
  static override readonly optionNames: OptionNames = { axis: true, epsilon: true } satisfies OwnOptions<
    RMSNormalizationOptions,
    LayerOptions
  >;
  readonly epsilon: number;
  readonly #axis: AxisSpec;
  #scale!: Variable;

  constructor(options: RMSNormalizationOptions = {}) {
    super(options);
    const { axis = -1, epsilon = 1e-6 } = this.options;
    checkAxes(this.where, axis);
    this.#axis = axis;
    this.epsilon = positiveNumber(this.where, 'epsilon', epsilon);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: PartialShape): PartialShape {
    const sizes = sizesOfAxes(this.where, this.#axis, inputShape);
    this.#scale = this.addWeight('scale', sizes, { initializer: 'ones' });
    return inputShape;
  }

  override call(x: Node): Node {
    const row = reshape(this.#scale.node, [sizeOf(this.#scale.shape)]);
    return overAxes(this.where, x, this.#axis, (rows) => rmsNorm(rows, row, { epsilon: this.epsilon }));
  }
}

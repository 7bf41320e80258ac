import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { div, maximum, sqrt, square, sum } from '../graph/ops.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { type AxisSpec, checkAxes } from './normalized-axes.ts';

/** Options of {@link UnitNormalization}. */
export interface UnitNormalizationOptions extends LayerOptions {
  /** Axes along which the length is 1. Default −1. */
  readonly axis?: AxisSpec;
}

/** Square of the smallest length that is divided by, 1e-12: zeros stay zeros. */
const smallest = 1e-24;

/**
 * Divides each sample by its Euclidean length along `axis`, so that it has length 1.
 * Shape: any → same.
 *
 * @throws MyelinError when `axis` names no axis
 */
export class UnitNormalization extends Layer<UnitNormalizationOptions> {
  static override readonly type: string = 'UnitNormalization';
  static override readonly optionNames: OptionNames = { axis: true } satisfies OwnOptions<UnitNormalizationOptions, LayerOptions>;
  readonly #axis: AxisSpec;

  constructor(options: UnitNormalizationOptions = {}) {
    super(options);
    this.#axis = this.options.axis ?? -1;
    checkAxes(this.where, this.#axis);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node): Node {
    return div(x, sqrt(maximum(sum(square(x), this.#axis, true), smallest)));
  }
}

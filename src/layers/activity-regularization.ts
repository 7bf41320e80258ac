import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { l1l2, type Regularizer } from '../regularizers/index.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link ActivityRegularization}. */
export interface ActivityRegularizationOptions extends LayerOptions {
  /** Strength of the sum of magnitudes. Default 0. */
  readonly l1?: number;
  /** Strength of the sum of squares. Default 0. */
  readonly l2?: number;
}

/**
 * Passes its inputs on, and adds (l1·Σ|x| + l2·Σx²) / batch to the loss, in training and in evaluation.
 * Shape: any → same.
 *
 * @throws MyelinError when a strength is negative or not finite
 */
export class ActivityRegularization extends Layer<ActivityRegularizationOptions> {
  static override readonly type: string = 'ActivityRegularization';
  static override readonly optionNames: OptionNames = { l1: true, l2: true } satisfies OwnOptions<
    ActivityRegularizationOptions,
    LayerOptions
  >;
  readonly #regularizer: Regularizer;

  constructor(options: ActivityRegularizationOptions = {}) {
    super(options);
    const { l1 = 0, l2 = 0 } = this.options;
    this.#regularizer = l1l2({ l1, l2 });
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node): Node {
    return this.regularize(x, this.#regularizer);
  }
}

import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { normalizeAxis, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { reshape, softmax, transpose } from '../graph/ops.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link Softmax}. */
export interface SoftmaxOptions extends LayerOptions {
  /** Axis that adds up to 1, or several that do so together. Default −1. */
  readonly axis?: number | readonly number[];
}

/**
 * eˣ / Σ eˣ along an axis, or over several axes at once.
 *
 * Shape: any → same.
 *
 * @throws MyelinError when `axis` is neither an integer nor a list of them
 */
export class Softmax extends Layer<SoftmaxOptions> {
  static override readonly type: string = 'Softmax';
  static override readonly optionNames: OptionNames = { axis: true } satisfies OwnOptions<SoftmaxOptions, LayerOptions>;
  readonly #axes: readonly number[];

  constructor(options: SoftmaxOptions = {}) {
    super(options);
    const { axis = -1 } = options;
    this.#axes = typeof axis === 'number' ? [axis] : axis;
    if (!Array.isArray(this.#axes) || this.#axes.length === 0 || !this.#axes.every(Number.isInteger)) {
      fail(this.where, '`axis` to be an integer or a list of integers', describe(axis));
    }
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Node): Node {
    const axes = [...new Set(this.#axes.map((axis) => normalizeAxis(this.where, axis, x.rank)))];
    if (axes.length === 1) return softmax(x, axes[0]);
    // The axes go to the end as one, and back.
    const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const order = [...kept, ...axes];
    const moved = transpose(x, order);
    const rows = reshape(moved, [...kept.map((i) => x.shape[i]!), sizeOf(axes.map((i) => x.shape[i]!))]);
    return transpose(
      reshape(softmax(rows), moved.shape),
      order.map((_, i) => order.indexOf(i)),
    );
  }
}

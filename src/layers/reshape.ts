import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, type PartialShape, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { reshape } from '../graph/ops.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Options of {@link Reshape}. */
export interface ReshapeOptions extends LayerOptions {
  /** Shape of a sample, without the batch axis; one size may be −1 (or null) and is worked out. */
  readonly targetShape: PartialShape;
}

/**
 * The same elements of each sample under another shape.
 * Shape: [batch, …] → [batch, …targetShape].
 *
 * @throws MyelinError when `targetShape` is no shape, ShapeError when it does not hold the elements of a sample
 */
export class Reshape extends Layer<ReshapeOptions> {
  static override readonly type: string = 'Reshape';
  static override readonly optionNames: OptionNames = { targetShape: true } satisfies OwnOptions<ReshapeOptions, LayerOptions>;
  readonly #target: readonly number[];

  constructor(options: ReshapeOptions) {
    super(options);
    const given: unknown = this.options.targetShape;
    const target = Array.isArray(given) ? given.map((size: unknown) => (size === null ? -1 : (size as number))) : [NaN];
    if (!target.every((size) => Number.isInteger(size) && (size >= 1 || size === -1)) || count(target, -1) > 1)
      fail(this.where, '`targetShape` to be a list of positive integers, one of which may be -1', describe(given));
    this.#target = target;
  }

  override build(inputShape: PartialShape): PartialShape {
    const sample = inputShape.slice(1);
    const known = sizeOf(this.#target.filter((size) => size !== -1));
    const total = sample.includes(null) ? null : sizeOf(sample as number[]);
    const fits = total === null || (this.#target.includes(-1) ? total % known === 0 : total === known);
    if (!fits) {
      failShape(
        this.where,
        `samples that fill \`targetShape\` ${formatShape(this.options.targetShape)}`,
        `samples of ${total} elements, ${formatShape(sample)}`,
      );
    }
    const inferred = total === null ? null : total / known;
    return [inputShape[0] ?? null, ...this.#target.map((size) => (size === -1 ? inferred : size))];
  }

  override call(x: Node): Node {
    return reshape(x, [x.shape[0]!, ...this.#target]);
  }
}

function count(list: readonly number[], value: number): number {
  return list.filter((element) => element === value).length;
}

import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, normalizeAxis, type PartialShape, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { batchMatmul, l2Normalize, reshape, transpose } from '../graph/ops.ts';
import { Layer, type LayerOptions, type Mask, type Shapes } from './layer.ts';
import { checkBatches, mergedInputs } from './merging.ts';

/** Options of {@link Dot}. */
export interface DotOptions extends LayerOptions {
  /** Axis of the inputs over which products are summed, or one for each input; not the batch. */
  readonly axes: number | readonly [number, number];
  /** Whether vectors along the axes are brought to length 1 first, which gives the cosine of their angle. Default false. */
  readonly normalize?: boolean;
}

/**
 * Dot products of two inputs, sample by sample: over axis `axes[0]` of the first and `axes[1]` of the second.
 *
 * Shape: [batch, …a], [batch, …b] → [batch, …a without its axis, …b without its axis], or [batch, 1] where no axis is left.
 *
 * @throws MyelinError when `axes` is neither an integer nor a pair of them, or has the batch axis
 */
export class Dot extends Layer<DotOptions> {
  static override readonly type: string = 'Dot';
  static override readonly optionNames: OptionNames = { axes: true, normalize: true } satisfies OwnOptions<
    DotOptions,
    LayerOptions
  >;
  readonly #axes: readonly [number, number];

  /** Accepts the options, or the axes alone. */
  constructor(options: DotOptions | DotOptions['axes']) {
    super(typeof options === 'object' && 'axes' in options ? options : { axes: options });
    const { axes } = this.options;
    const pair: unknown = typeof axes === 'number' ? [axes, axes] : axes;
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((axis) => Number.isInteger(axis) && axis !== 0)) {
      fail(this.where, '`axes` to be an integer or two, none of them the batch axis 0', describe(axes));
    }
    this.#axes = pair as [number, number];
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** The result has no time axis, so it has no mask. */
  override computeMask(): Mask {
    return undefined;
  }

  override build(inputShapes: Shapes): PartialShape {
    const [a, b] = mergedInputs(this.where, inputShapes, { least: 2, most: 2 }) as [PartialShape, PartialShape];
    const got = `${formatShape(a)} and ${formatShape(b)}`;
    if (a.length < 2 || b.length < 2) failShape(this.where, 'inputs of rank >= 2', got, 'the first axis is the batch.');
    const [i, j] = [this.#axisOf(0, a), this.#axisOf(1, b)];
    checkBatches(this.where, [{ shape: a }, { shape: b }]);
    if (a[i] !== null && b[j] !== null && a[i] !== b[j]) {
      failShape(this.where, `inputs of one size along axes ${i} and ${j}`, got);
    }
    const rest = [...a.filter((_, axis) => axis > 0 && axis !== i), ...b.filter((_, axis) => axis > 0 && axis !== j)];
    return [a[0] ?? b[0] ?? null, ...(rest.length > 0 ? rest : [1])];
  }

  override call(inputs: readonly Node[]): Node {
    checkBatches(this.where, inputs);
    const [a, b] = inputs.map((input, i) => this.#matrices(input, this.#axisOf(i, input.shape))) as [Matrices, Matrices];
    // [batch, m, k] · [batch, k, n], each as it lies in memory.
    const product = batchMatmul(a.node, b.node, { transposeA: a.isDepthFirst, transposeB: !b.isDepthFirst });
    const rest = [...a.rest, ...b.rest];
    return reshape(product, [product.shape[0]!, ...(rest.length > 0 ? rest : [1])]);
  }

  /** One matrix for each sample, with the axis that is summed over first or last, whichever needs no copy. */
  #matrices(input: Node, axis: number): Matrices {
    const x = this.options.normalize ? l2Normalize(input, axis) : input;
    const rest = x.shape.filter((_, i) => i > 0 && i !== axis);
    const isDepthFirst = axis === 1 && rest.length > 0;
    const order = x.shape.map((_, i) => i).filter((i) => i !== axis);
    const moved = isDepthFirst || axis === x.rank - 1 ? x : transpose(x, [...order, axis]);
    const [batch, depth] = [x.shape[0]!, x.shape[axis]!];
    return {
      node: reshape(moved, isDepthFirst ? [batch, depth, sizeOf(rest)] : [batch, sizeOf(rest), depth]),
      isDepthFirst,
      rest,
    };
  }

  #axisOf(input: number, shape: PartialShape): number {
    const axis = normalizeAxis(this.where, this.#axes[input]!, shape.length);
    return axis === 0
      ? failShape(this.where, '`axes` other than the batch axis', `${this.#axes[input]} for shape ${formatShape(shape)}`)
      : axis;
  }
}

/** An input of {@link Dot} as matrices. */
interface Matrices {
  readonly node: Node;
  readonly isDepthFirst: boolean;
  /** Sizes of the axes that are left. */
  readonly rest: readonly number[];
}

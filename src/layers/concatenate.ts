import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { formatShape, normalizeAxis, type PartialShape, sizeOf } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Operand } from '../graph/define-op.ts';
import type { Node } from '../graph/node.ts';
import { concat } from '../graph/ops.ts';
import { Layer, type LayerOptions, type Mask, type Nodes, type Shapes } from './layer.ts';
import { anyMask, checkBatches, mergedInputs } from './merging.ts';

/** Options of {@link Concatenate}. */
export interface ConcatenateOptions extends LayerOptions {
  /** Axis along which the inputs follow each other, not the batch. Default −1. */
  readonly axis?: number;
}

/**
 * Puts its inputs one after the other along an axis.
 *
 * Shape: a list of shapes that differ along the axis only → that shape, with the sum of the sizes there.
 *
 * @throws MyelinError when `axis` is no integer or is the batch
 */
export class Concatenate extends Layer<ConcatenateOptions> {
  static override readonly type: string = 'Concatenate';
  static override readonly optionNames: OptionNames = { axis: true } satisfies OwnOptions<ConcatenateOptions, LayerOptions>;
  readonly axis: number;

  constructor(options: ConcatenateOptions = {}) {
    super(options);
    const { axis = -1 } = this.options;
    if (!Number.isInteger(axis) || axis === 0)
      fail(this.where, '`axis` to be an integer that is not the batch axis 0', describe(axis));
    this.axis = axis;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** Masks follow each other along the time axis; along others a step counts that counts in any input. */
  override computeMask(inputs: Nodes, masks: readonly Mask[]): Mask {
    const nodes = inputs as readonly Node[];
    if (this.#axisOf(nodes[0]!) !== 1) return anyMask(masks);
    if (nodes[0]!.rank < 3 || masks.every((mask) => mask === undefined)) return undefined;
    const parts = nodes.map((node, i): Operand => {
      const shape = node.shape.slice(0, 2);
      return masks[i] ?? new Tensor(new Float32Array(sizeOf(shape)).fill(1), shape);
    });
    return concat<Operand>(parts, 1) as Node;
  }

  override build(inputShapes: Shapes): PartialShape {
    const shapes = mergedInputs(this.where, inputShapes, { least: 1 });
    const [first] = shapes as [PartialShape];
    const axis = this.#axisOf({ shape: first });
    const got = shapes.map(formatShape).join(' and ');
    checkBatches(
      this.where,
      shapes.map((shape) => ({ shape })),
    );
    return first.map((_, i) => {
      const sizes = shapes.map((shape) => shape[i] ?? null);
      if (i === axis) return sizes.includes(null) ? null : sizes.reduce<number>((total, size) => total + size!, 0);
      const known = new Set(sizes.filter((size) => size !== null));
      if (known.size > 1 || shapes.some(({ length }) => length !== first.length)) {
        failShape(this.where, `inputs whose shapes differ along axis ${axis} only`, got);
      }
      return [...known][0] ?? null;
    });
  }

  override call(inputs: readonly Node[]): Node {
    return concat(inputs, this.#axisOf(inputs[0]!));
  }

  #axisOf({ shape }: { readonly shape: PartialShape }): number {
    const axis = normalizeAxis(this.where, this.axis, shape.length);
    return axis === 0
      ? failShape(this.where, '`axis` other than the batch axis', `${this.axis} for shape ${formatShape(shape)}`)
      : axis;
  }
}

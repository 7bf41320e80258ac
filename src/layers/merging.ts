/** @file What layers that merge several inputs share: the list they are called with, and Keras's rules for shapes and masks that differ. */

import { failShape } from '../base/fail.ts';
import { formatShape, type PartialShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { maximum, reshape, select } from '../graph/ops.ts';
import { type CallContext, Layer, type LayerOptions, type Mask, type Nodes, type Shapes } from './layer.ts';

/** How many inputs a merging layer takes. */
export interface InputCount {
  readonly least: number;
  /** Default: any number. */
  readonly most?: number;
}

/** The shapes of the inputs. Refuses a single input that is no list, and too few or too many. */
export function mergedInputs(where: string, shapes: Shapes, { least, most = Infinity }: InputCount): readonly PartialShape[] {
  const wanted = least === most ? `${least}` : `at least ${least}`;
  const expected = `a list of ${wanted} input${wanted.endsWith('1') ? '' : 's'}`;
  const isList = shapes.every((shape: unknown) => Array.isArray(shape));
  const hint = 'call the layer with a list: layer.apply([a, b]).';
  if (!isList) return failShape(where, expected, `one input of shape ${formatShape(shapes as PartialShape)}`, hint);
  const list = shapes as readonly PartialShape[];
  if (list.length < least || list.length > most) return failShape(where, expected, `${list.length}`, hint);
  for (const shape of list) {
    if (shape.length === 0) failShape(where, 'inputs of rank >= 1', 'a scalar', 'the first axis is the batch.');
  }
  return list;
}

/** Refuses batches of different size, which broadcasting would stretch. */
export function checkBatches(where: string, inputs: readonly { readonly shape: PartialShape }[]): void {
  const sizes = new Set(inputs.map(({ shape }) => shape[0]).filter((size) => size !== null));
  if (sizes.size > 1) failShape(where, 'inputs of one batch size', inputs.map(({ shape }) => formatShape(shape)).join(' and '));
}

/** A shape with axes of size 1 put in after the batch until it has `rank` axes. */
function raised<T extends number | null>(shape: readonly T[], rank: number): (T | 1)[] {
  return [...shape.slice(0, 1), ...new Array<1>(rank - shape.length).fill(1), ...shape.slice(1)];
}

/** The shape that all inputs stretch to. */
function stretchedShape(where: string, shapes: readonly PartialShape[]): PartialShape {
  const rank = Math.max(...shapes.map(({ length }) => length));
  const rows = shapes.map((shape) => raised(shape, rank));
  checkBatches(
    where,
    shapes.map((shape) => ({ shape })),
  );
  return rows[0]!.map((_, axis) => {
    // A size that is not known yet may turn out to be 1 or to fit the others.
    const sizes = new Set(rows.map((row) => row[axis] ?? null).filter((size) => size !== 1));
    const known = [...sizes].filter((size) => size !== null);
    if (known.length > 1) {
      const hint = 'where sizes differ, all but one must be 1.';
      failShape(where, 'inputs whose shapes broadcast together', shapes.map(formatShape).join(' and '), hint);
    }
    return known[0] ?? (sizes.has(null) ? null : 1);
  });
}

/** A mask [batch, time] that stretches over a value of rank `rank`. */
function maskFor(mask: Node, rank: number): Node {
  return reshape(mask, [...mask.shape, ...new Array<number>(Math.max(0, rank - mask.rank)).fill(1)]);
}

/** Steps that any of the masks takes; undefined, which takes all, when one is undefined. */
export function anyMask(masks: readonly Mask[]): Mask {
  const [first] = masks;
  if (!first || masks.includes(undefined)) return undefined;
  return masks.slice(1).reduce<Node>((a, b) => maximum(a, b as Node), first);
}

/** Folds the inputs with `choose`, where a step that one operand masks is taken from the other. */
export function foldMasked(inputs: readonly Node[], masks: readonly Mask[], choose: (a: Node, b: Node) => Node): Node {
  let [result, resultMask] = [inputs[0]!, masks[0]];
  inputs.slice(1).forEach((input, i) => {
    const mask = masks[i + 1];
    const other = mask ? select(maskFor(mask, input.rank), input, result) : input;
    if (resultMask) result = select(maskFor(resultMask, result.rank), result, other);
    resultMask = mask && resultMask ? maximum(mask, resultMask) : undefined;
    result = choose(result, other);
  });
  return result;
}

/**
 * A layer that computes each element from those at the same place of all its inputs. Inputs of lower rank get axes of size 1 after the
 * batch, then sizes of 1 stretch. A step is masked where all inputs mask it.
 */
export abstract class Merging<O extends LayerOptions = LayerOptions> extends Layer<O> {
  /** How many inputs the layer takes. */
  protected readonly inputCount: InputCount = { least: 1 };

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(_inputs: Nodes, masks: readonly Mask[]): Mask {
    return anyMask(masks);
  }

  override build(inputShapes: Shapes): PartialShape {
    return stretchedShape(this.where, mergedInputs(this.where, inputShapes, this.inputCount));
  }

  override call(inputs: readonly Node[], { masks = [] }: CallContext): Node {
    checkBatches(this.where, inputs);
    const rank = Math.max(...inputs.map((input) => input.rank));
    return this.merge(
      inputs.map((input) => reshape(input, raised(input.shape, rank))),
      masks,
    );
  }

  /** Computes the result from inputs of one rank. */
  protected abstract merge(inputs: readonly Node[], masks: readonly Mask[]): Node;
}

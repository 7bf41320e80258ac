import { fail } from '../base/fail.ts';
import type { OptionNames } from '../base/names.ts';
import { asNode } from '../graph/define-op.ts';
import type { Node } from '../graph/node.ts';
import { Loss, type LossOptions } from './loss.ts';
import type { TargetKind } from './targets.ts';

/**
 * A loss of one's own: values per position from targets and predictions, which come as float32 and, where ranks differ by a trailing
 * axis of 1, with that axis dropped or added. A scalar is minimized as it is.
 *
 * @example
 * const loss = (yTrue, yPred) => ops.mean(ops.square(ops.sub(yPred, yTrue)), -1);
 */
export type LossFunction = (yTrue: Node, yPred: Node) => Node;

/** A loss function as a {@link Loss}. */
export class FunctionLoss extends Loss {
  static override readonly type: string = 'FunctionLoss';
  static override readonly optionNames: OptionNames = {};
  override readonly targetKind: TargetKind = 'any';
  readonly #compute: LossFunction;

  constructor(compute: LossFunction, options: LossOptions = {}) {
    super({ ...options, name: options.name ?? (compute.name || 'loss') });
    this.#compute = compute;
  }

  override call(yTrue: Node, yPred: Node): Node {
    const values = asNode(this.where, this.#compute(yTrue, yPred));
    if (values.dtype !== 'float32') fail(this.where, 'the function to return float32 values', values.dtype);
    return values;
  }
}

/**
 * @file The base of every loss: options that are its config, the values per position it computes, and the targets it wants.
 */

import { describe, fail } from '../base/fail.ts';
import { checkOwnOptions, nameOfType, type OptionNames } from '../base/names.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { cast, mul } from '../graph/ops.ts';
import { type Reduction, type ReductionSpec, reduceValues, resolveReduction } from './reduce.ts';
import { alignRanks, checkLabels, checkLikePrediction, labelsFor, type TargetKind, type TargetSpec } from './targets.ts';

/** Options every loss has. */
export interface LossOptions {
  /** What it is called in logs and errors. Default: its type in camelCase, or the string it was given as. */
  readonly name?: string;
  /** How values become one number, see {@link Reduction}. Default 'sumOverBatchSize'. */
  readonly reduction?: ReductionSpec;
}

const lossOptions = { name: true, reduction: true } satisfies Record<keyof LossOptions, true>;

/**
 * A loss: how far predictions are from targets, position by position, and how that becomes one number.
 *
 * @example
 * class Quartic extends Loss {
 *   static override readonly type: string = 'Quartic';
 *   override call(yTrue: Node, yPred: Node) { return ops.mean(ops.square(ops.square(ops.sub(yPred, yTrue))), -1); }
 * }
 */
export abstract class Loss<O extends LossOptions = LossOptions> {
  /** Name of the class in saved models. Explicit, because minifiers rename classes. */
  static readonly type: string = 'Loss';
  /** Names of the class's own options, so that others are refused. */
  static readonly optionNames?: OptionNames;

  /** What the loss was made with: its config. */
  readonly options: Readonly<O>;
  readonly name: string;
  readonly reduction: Reduction;
  /** What targets it wants. Those of the kind 'labels' reach `call` as int32 without a trailing axis, others as float32. */
  readonly targetKind: TargetKind = 'like prediction';

  constructor(options?: O) {
    this.options = options ?? ({} as O);
    checkOwnOptions(this, this.type, this.options, lossOptions);
    const { name, reduction = 'sumOverBatchSize' } = this.options;
    if (name !== undefined && (typeof name !== 'string' || name === ''))
      fail(this.type, '`name` to be a non-empty string', describe(name));
    this.name = name ?? nameOfType(this.type);
    this.reduction = resolveReduction(this.where, reduction);
  }

  /** The class's {@link Loss.type}. */
  get type(): string {
    return (this.constructor as typeof Loss).type;
  }

  /** What error messages call this loss: `loss "mse"`. */
  get where(): string {
    return `loss "${this.name}"`;
  }

  /** Values per position: the last axis of targets and predictions reduced. Both come checked, aligned and converted. */
  abstract call(yTrue: Node, yPred: Node): Node;

  /** 1 for each position that counts and 0 for others; undefined when all count. */
  mask(_yTrue: Node, _yPred: Node): Node | undefined {
    return undefined;
  }

  /**
   * Refuses targets whose shape does not go with the predictions. Sizes that are not known yet (null) fit anything.
   *
   * @param where what the error names; default: the loss
   * @throws ShapeError telling which shape would fit
   */
  checkTargets(yTrue: TargetSpec, yPred: TargetSpec, where = this.where): void {
    if (this.targetKind === 'labels') checkLabels(where, yTrue, yPred);
    else if (this.targetKind === 'like prediction') checkLikePrediction(where, yTrue, yPred);
  }

  /**
   * Refuses targets that the loss cannot take: of another shape than {@link checkTargets} allows, or, for losses of class numbers, with
   * a value that is none of the classes.
   *
   * @param targets the targets of all samples
   * @param where what the error names; default: the loss
   * @throws MyelinError naming the first bad value and its index
   */
  validateTargets(targets: Tensor, predictionShape: PartialShape, where = this.where): void {
    this.checkTargets(targets, { shape: predictionShape, dtype: 'float32' }, where);
  }

  /** Targets and predictions as `call` wants them: checked, of one rank, labels as int32 and all else as float32. */
  prepare(yTrue: Node, yPred: Node): readonly [yTrue: Node, yPred: Node] {
    this.checkTargets(yTrue, yPred);
    const prediction = cast(yPred, 'float32');
    if (this.targetKind === 'labels') return [labelsFor(yTrue, prediction), prediction];
    return alignRanks(cast(yTrue, 'float32'), prediction);
  }
}

/**
 * The number a loss comes to on a batch: its values per position with weights and mask multiplied in, reduced as the loss says.
 *
 * @param sampleWeight weights [n] of samples or [n, t] of positions
 * @param mask 1 for positions that count, 0 for others; means are over those that count
 * @returns a scalar; with the reduction 'none', the values
 * @throws ShapeError when targets do not fit the predictions, or weights the values
 */
export function lossValue(loss: Loss, yTrue: Node, yPred: Node, sampleWeight?: Node, mask?: Node): Node {
  const [target, prediction] = loss.prepare(yTrue, yPred);
  const values = loss.call(target, prediction);
  const own = loss.mask(target, prediction);
  return reduceValues(loss.where, values, loss.reduction, sampleWeight, own && mask ? mul(own, mask) : (own ?? mask));
}

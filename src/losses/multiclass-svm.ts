import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative } from '../base/numbers.ts';
import type { PartialShape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { cast, mul, oneHot, relu, scale, sub, sum } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import { alignRanks, checkLabels, checkLikePrediction, labelsFor, scanLabels, type TargetSpec } from './targets.ts';

/** Options of {@link MulticlassSVM}. */
export interface MulticlassSVMOptions extends LossOptions {
  /** By how much the score of the right class has to exceed the others. Default 1. */
  readonly margin?: number;
}

/** Whether targets are class numbers rather than one-hot rows. */
function areLabels(yTrue: TargetSpec, yPred: TargetSpec): boolean {
  return yTrue.shape.length < yPred.shape.length || (yTrue.shape.at(-1) === 1 && yPred.shape.at(-1) !== 1);
}

/**
 * Σ over the wrong classes j of max(0, s_j − s_y + margin): scores of a linear classifier with a margin. Targets are class numbers or
 * one-hot rows. Weston & Watkins 1999.
 *
 * Options: `margin` 1.
 *
 * @throws MyelinError when `margin` is negative
 */
export class MulticlassSVM extends Loss<MulticlassSVMOptions> {
  static override readonly type: string = 'MulticlassSVM';
  static override readonly optionNames: OptionNames = { margin: true } satisfies OwnOptions<MulticlassSVMOptions, LossOptions>;
  readonly margin: number;

  constructor(options?: MulticlassSVMOptions) {
    super(options);
    this.margin = notNegative(this.where, 'margin', this.options.margin ?? 1);
  }

  override checkTargets(yTrue: TargetSpec, yPred: TargetSpec, where = this.where): void {
    if (areLabels(yTrue, yPred)) checkLabels(where, yTrue, yPred);
    else checkLikePrediction(where, yTrue, yPred);
  }

  override validateTargets(targets: Tensor, predictionShape: PartialShape, where = this.where): void {
    super.validateTargets(targets, predictionShape, where);
    const classes = predictionShape.at(-1);
    if (typeof classes === 'number' && areLabels(targets, { shape: predictionShape, dtype: 'float32' }))
      scanLabels(where, targets, classes);
  }

  override prepare(yTrue: Node, yPred: Node): readonly [yTrue: Node, yPred: Node] {
    this.checkTargets(yTrue, yPred);
    const scores = cast(yPred, 'float32');
    if (areLabels(yTrue, yPred)) return [oneHot(labelsFor(yTrue, scores), scores.shape.at(-1) ?? 1), scores];
    return alignRanks(cast(yTrue, 'float32'), scores);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const right = sum(mul(yTrue, yPred), -1, true);
    return sum(mul(relu(scale(sub(yPred, right), 1, this.margin)), scale(yTrue, -1, 1)), -1);
  }
}

/** {@link MulticlassSVM} per position. Shape: labels […] or one-hot rows […, classes], and scores […, classes] → […]. */
export const multiclassSVM = functionForm<MulticlassSVMOptions>('multiclassSVM', (options) => new MulticlassSVM(options));

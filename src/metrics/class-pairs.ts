/** @file The base of metrics that come from the confusion matrix: how often each class was taken for each. */

import { describe, fail, failShape } from '../base/fail.ts';
import { wholeNumber } from '../base/numbers.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { argmax, broadcastTo, cast, matmul, mul, notEqual, oneHot, reshape } from '../graph/ops.ts';
import { weightsFor } from '../losses/reduce.ts';
import { Metric, type MetricOptions } from './metric.ts';

/** Options of the metrics made of a confusion matrix. */
export interface ClassOptions extends MetricOptions {
  /** Number of classes. Labels outside of them are left out. */
  readonly numClasses: number;
  /** A label whose positions do not count. Default none. */
  readonly ignoreClass?: number | null;
  /** Whether targets are class numbers rather than one-hot. */
  readonly sparseYTrue?: boolean;
  /** Whether predictions are class numbers rather than scores. */
  readonly sparseYPred?: boolean;
  /** Axis of the classes where they are one-hot or scores. Default −1. */
  readonly axis?: number;
}

/** A confusion matrix of `size` classes, row by row: rows are targets, columns predictions. */
export interface ClassPairs {
  readonly size: number;
  readonly counts: Float64Array;
}

/** How often each class was there, was predicted, and both. */
export function margins({ size, counts }: ClassPairs): { there: Float64Array; predicted: Float64Array; both: Float64Array } {
  const [there, predicted, both] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const count = counts[row * size + column]!;
      there[row]! += count;
      predicted[column]! += count;
      if (row === column) both[row] = count;
    }
  }
  return { there, predicted, both };
}

/** A metric whose statistics are a confusion matrix, exact over an epoch. */
export abstract class ClassPairsMetric<O extends ClassOptions = ClassOptions> extends Metric<O> {
  readonly numClasses: number;

  constructor(options: O) {
    super(options);
    const { numClasses, ignoreClass } = this.options;
    this.numClasses = wholeNumber(this.where, 'numClasses', numClasses, 2);
    if (ignoreClass !== undefined && ignoreClass !== null && !Number.isInteger(ignoreClass))
      fail(this.where, '`ignoreClass` to be an integer', describe(ignoreClass));
  }

  /** Class numbers of targets or predictions, as int32. Unless it is said, an axis of as many elements as there are classes holds them. */
  protected classesOf(x: Node, isSparse: boolean | undefined): Node {
    const { axis = -1 } = this.options;
    const sparse = isSparse ?? !(x.rank > 1 && x.shape.at(axis) === this.numClasses);
    return sparse ? cast(x, 'int32') : argmax(cast(x, 'float32'), axis);
  }

  override statistics(yTrue: Node, yPred: Node, sampleWeight?: Node): Node {
    const { sparseYTrue, sparseYPred, ignoreClass }: ClassOptions = this.options;
    const [target, prediction] = [this.classesOf(yTrue, sparseYTrue), this.classesOf(yPred, sparseYPred)];
    const n = sizeOf(target.shape);
    if (sizeOf(prediction.shape) !== n)
      failShape(
        this.where,
        `class numbers of shape ${formatShape(target.shape)} like the targets`,
        formatShape(prediction.shape),
      );
    const given = sampleWeight && broadcastTo(weightsFor(this.where, sampleWeight, target.shape), target.shape);
    const valid = typeof ignoreClass === 'number' ? notEqual(cast(target, 'float32'), ignoreClass) : undefined;
    const weights = given && valid ? mul(given, valid) : (given ?? valid);
    const rows = oneHot(reshape(target, [n]), this.numClasses);
    const columns = oneHot(reshape(prediction, [n]), this.numClasses);
    const weighted = weights ? mul(rows, reshape(weights, [n, 1])) : rows;
    return reshape(matmul(weighted, columns, { transposeA: true }), [this.numClasses * this.numClasses]);
  }

  /** The result from the confusion matrix of an epoch. */
  protected abstract evaluate(pairs: ClassPairs): number;

  override result(totals: Float64Array): number {
    return this.evaluate({ size: this.numClasses, counts: totals });
  }
}

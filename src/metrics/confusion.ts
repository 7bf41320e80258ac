/** @file Counts of right and wrong yes/no decisions, and the shares made of them. */

import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { type Counts, countsAt, countsFrom, decisionsOf, keepTopK, onlyClass, ratio } from './counts.ts';
import { Metric, type MetricOptions } from './metric.ts';

/** Options of the counts. */
export interface ThresholdOptions extends MetricOptions {
  /** Scores above it are positive: one threshold, or several, which give as many results. Default 0.5. */
  readonly thresholds?: number | readonly number[] | null;
}

/** Options of {@link Precision} and {@link Recall}. */
export interface PrecisionOptions extends ThresholdOptions {
  /** Only the k largest scores of a row may be positive; the threshold is then −∞ unless it is given. Default all. */
  readonly topK?: number | null;
  /** The one class that is looked at. Default all. */
  readonly classId?: number | null;
}

/**
 * What is counted at one or several thresholds. Logs show the mean over thresholds, {@link Metric.detail} one number for each. Targets
 * are positive unless they are 0; outputs of all samples count alike.
 */
export abstract class ThresholdMetric<O extends PrecisionOptions> extends Metric<O> {
  readonly thresholds: readonly number[];

  constructor(options?: O) {
    super(options);
    const { thresholds, topK, classId } = this.options;
    if (topK !== undefined && topK !== null) wholeNumber(this.where, 'topK', topK, 1);
    if (classId !== undefined && classId !== null) wholeNumber(this.where, 'classId', classId, 0);
    const standard = typeof topK === 'number' ? Number.NEGATIVE_INFINITY : 0.5;
    this.thresholds = typeof thresholds === 'number' ? [thresholds] : (thresholds ?? [standard]);
    const isShare = (value: number): boolean => value === standard || (typeof value === 'number' && value >= 0 && value <= 1);
    if (this.thresholds.length === 0 || !this.thresholds.every(isShare))
      fail(this.where, '`thresholds` to be numbers in [0, 1]', describe(thresholds));
  }

  /** The result at each threshold. */
  protected abstract evaluate(counts: Counts): Float64Array;

  override statistics(yTrue: Node, yPred: Node, sampleWeight?: Node): Node {
    const { topK, classId } = this.options;
    let decisions = decisionsOf(this.where, yTrue, yPred, sampleWeight);
    const classes = decisions.score.shape.at(-1) ?? 1;
    if (typeof topK === 'number') decisions = { ...decisions, score: keepTopK(decisions.score, topK) };
    if (typeof classId === 'number') {
      if (classId >= classes) fail(this.where, `\`classId\` below ${classes}, the number of outputs`, String(classId));
      decisions = onlyClass(decisions, classId);
    }
    return countsAt(this.thresholds, decisions);
  }

  override result(totals: Float64Array): number {
    const values = this.evaluate(countsFrom(totals));
    return values.reduce((a, b) => a + b, 0) / values.length;
  }

  override detailOf(totals: Float64Array): Tensor {
    const values = Float32Array.from(this.evaluate(countsFrom(totals)));
    return new Tensor(values, Array.isArray(this.options.thresholds) ? [values.length] : []);
  }
}

/** Number of positive targets with a score above the threshold. Options: `thresholds` 0.5. Source: Keras `metrics.TruePositives`. */
export class TruePositives extends ThresholdMetric<ThresholdOptions> {
  static override readonly type: string = 'TruePositives';
  static override readonly optionNames: OptionNames = { thresholds: true } satisfies OwnOptions<ThresholdOptions, MetricOptions>;
  protected override evaluate = ({ truePositives }: Counts): Float64Array => truePositives;
}

/** Number of negative targets with a score above the threshold. Options: `thresholds` 0.5. Source: Keras `metrics.FalsePositives`. */
export class FalsePositives extends ThresholdMetric<ThresholdOptions> {
  static override readonly type: string = 'FalsePositives';
  static override readonly optionNames: OptionNames = { thresholds: true } satisfies OwnOptions<ThresholdOptions, MetricOptions>;
  protected override evaluate = ({ falsePositives }: Counts): Float64Array => falsePositives;
}

/** Number of negative targets with a score not above the threshold. Options: `thresholds` 0.5. Source: Keras `metrics.TrueNegatives`. */
export class TrueNegatives extends ThresholdMetric<ThresholdOptions> {
  static override readonly type: string = 'TrueNegatives';
  static override readonly optionNames: OptionNames = { thresholds: true } satisfies OwnOptions<ThresholdOptions, MetricOptions>;
  protected override evaluate = ({ trueNegatives }: Counts): Float64Array => trueNegatives;
}

/** Number of positive targets with a score not above the threshold. Options: `thresholds` 0.5. Source: Keras `metrics.FalseNegatives`. */
export class FalseNegatives extends ThresholdMetric<ThresholdOptions> {
  static override readonly type: string = 'FalseNegatives';
  static override readonly optionNames: OptionNames = { thresholds: true } satisfies OwnOptions<ThresholdOptions, MetricOptions>;
  protected override evaluate = ({ falseNegatives }: Counts): Float64Array => falseNegatives;
}

/**
 * Share of positive decisions that are right, TP / (TP + FP); 0 without any.
 *
 * Options: `thresholds` 0.5, `topK` all, `classId` all. Source: Keras `metrics.Precision`.
 *
 * @throws MyelinError when a threshold is outside [0, 1], or `topK` or `classId` is no whole number
 */
export class Precision extends ThresholdMetric<PrecisionOptions> {
  static override readonly type: string = 'Precision';
  static override readonly optionNames: OptionNames = { topK: true, classId: true, thresholds: true } satisfies OwnOptions<
    PrecisionOptions,
    MetricOptions
  >;
  override readonly direction = 'max';
  protected override evaluate = ({ truePositives, falsePositives }: Counts): Float64Array =>
    truePositives.map((hits, i) => ratio(hits, hits + falsePositives[i]!));
}

/**
 * Share of positive targets that are found, TP / (TP + FN); 0 without any.
 *
 * Options: `thresholds` 0.5, `topK` all, `classId` all. Source: Keras `metrics.Recall`.
 *
 * @throws MyelinError when a threshold is outside [0, 1], or `topK` or `classId` is no whole number
 */
export class Recall extends ThresholdMetric<PrecisionOptions> {
  static override readonly type: string = 'Recall';
  static override readonly optionNames: OptionNames = { topK: true, classId: true, thresholds: true } satisfies OwnOptions<
    PrecisionOptions,
    MetricOptions
  >;
  override readonly direction = 'max';
  protected override evaluate = ({ truePositives, falseNegatives }: Counts): Float64Array =>
    truePositives.map((hits, i) => ratio(hits, hits + falseNegatives[i]!));
}

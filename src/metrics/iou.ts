/** @file Intersection over union of classes: TP / (TP + FP + FN), for segmentation. */

import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { within } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { cast, greaterEqual } from '../graph/ops.ts';
import { type ClassOptions, type ClassPairs, ClassPairsMetric, margins } from './class-pairs.ts';
import type { MetricOptions } from './metric.ts';

/** Options of {@link MeanIoU} and {@link OneHotMeanIoU}. */
export interface MeanIoUOptions extends ClassOptions {}

/** Options of {@link IoU} and {@link OneHotIoU}. */
export interface IoUOptions extends ClassOptions {
  /** The classes whose mean is taken. */
  readonly targetClassIds: readonly number[];
}

/** Options of {@link BinaryIoU}. */
export interface BinaryIoUOptions extends MetricOptions {
  /** The classes whose mean is taken. Default [0, 1]. */
  readonly targetClassIds?: readonly number[];
  /** Scores from it on are class 1. Default 0.5. */
  readonly threshold?: number;
}

/** Keeps 0 / 0 from giving NaN, as in Keras. */
const epsilon = 1e-7;

function checkClasses(where: string, ids: readonly number[], size: number): readonly number[] {
  if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => Number.isInteger(id) && id >= 0 && id < size))
    fail(where, `\`targetClassIds\` to be integers in [0, ${size - 1}]`, describe(ids));
  return ids;
}

/** Mean over `ids` of the classes that were there or predicted. */
function meanOverClasses(pairs: ClassPairs, ids: readonly number[]): number {
  const { there, predicted, both } = margins(pairs);
  let [total, count] = [0, 0];
  for (const id of ids) {
    const union = there[id]! + predicted[id]! - both[id]!;
    if (union === 0) continue;
    total += both[id]! / (union + epsilon);
    count++;
  }
  return total / (count + epsilon);
}

/**
 * Mean over all classes. Options: `numClasses`, `ignoreClass` none, `sparseYTrue` true, `sparseYPred` true, `axis` −1.
 *
 * Source: Keras `metrics.MeanIoU`.
 *
 * @throws MyelinError when `numClasses` is no integer above 1
 */
export class MeanIoU extends ClassPairsMetric<MeanIoUOptions> {
  static override readonly type: string = 'MeanIoU';
  static override readonly optionNames: OptionNames = {
    numClasses: true,
    ignoreClass: true,
    sparseYTrue: true,
    sparseYPred: true,
    axis: true,
  } satisfies OwnOptions<MeanIoUOptions, MetricOptions>;
  override readonly direction = 'max';

  constructor(options: MeanIoUOptions) {
    super({ sparseYTrue: true, sparseYPred: true, ...options });
  }

  protected override evaluate(pairs: ClassPairs): number {
    return meanOverClasses(
      pairs,
      Array.from({ length: pairs.size }, (_, id) => id),
    );
  }
}

/**
 * Mean over `targetClassIds`. Other options as for {@link MeanIoU}. Source: Keras `metrics.IoU`.
 *
 * @throws MyelinError when `numClasses` is no integer above 1 or a class is none of them
 */
export class IoU extends ClassPairsMetric<IoUOptions> {
  static override readonly type: string = 'IoU';
  static override readonly optionNames: OptionNames = {
    targetClassIds: true,
    numClasses: true,
    ignoreClass: true,
    sparseYTrue: true,
    sparseYPred: true,
    axis: true,
  } satisfies OwnOptions<IoUOptions, MetricOptions>;
  override readonly direction = 'max';

  constructor(options: IoUOptions) {
    super({ sparseYTrue: true, sparseYPred: true, ...options });
    checkClasses(this.where, this.options.targetClassIds, this.numClasses);
  }

  protected override evaluate(pairs: ClassPairs): number {
    return meanOverClasses(pairs, this.options.targetClassIds);
  }
}

/** {@link MeanIoU} for one-hot targets and scores. Source: Keras `metrics.OneHotMeanIoU`. */
export class OneHotMeanIoU extends MeanIoU {
  static override readonly type: string = 'OneHotMeanIoU';
  static override readonly optionNames: OptionNames = {
    numClasses: true,
    ignoreClass: true,
    sparseYTrue: true,
    sparseYPred: true,
    axis: true,
  } satisfies OwnOptions<MeanIoUOptions, MetricOptions>;

  constructor(options: MeanIoUOptions) {
    super({ sparseYTrue: false, sparseYPred: false, ...options });
  }
}

/** {@link IoU} for one-hot targets and scores. Source: Keras `metrics.OneHotIoU`. */
export class OneHotIoU extends IoU {
  static override readonly type: string = 'OneHotIoU';
  static override readonly optionNames: OptionNames = {
    targetClassIds: true,
    numClasses: true,
    ignoreClass: true,
    sparseYTrue: true,
    sparseYPred: true,
    axis: true,
  } satisfies OwnOptions<IoUOptions, MetricOptions>;

  constructor(options: IoUOptions) {
    super({ sparseYTrue: false, sparseYPred: false, ...options });
  }
}

/**
 * {@link IoU} of two classes that a score tells apart. Options: `targetClassIds` [0, 1], `threshold` 0.5. Source: Keras
 * `metrics.BinaryIoU`.
 *
 * @throws MyelinError when `threshold` is outside [0, 1] or a class is neither 0 nor 1
 */
export class BinaryIoU extends ClassPairsMetric<ClassOptions & BinaryIoUOptions> {
  static override readonly type: string = 'BinaryIoU';
  static override readonly optionNames: OptionNames = {
    numClasses: true,
    ignoreClass: true,
    sparseYTrue: true,
    sparseYPred: true,
    axis: true,
    targetClassIds: true,
    threshold: true,
  } satisfies OwnOptions<ClassOptions & BinaryIoUOptions, MetricOptions>;
  override readonly direction = 'max';
  readonly threshold: number;
  readonly targetClassIds: readonly number[];

  constructor(options: BinaryIoUOptions = {}) {
    super({ numClasses: 2, sparseYTrue: true, sparseYPred: true, ...options });
    this.threshold = within(this.where, 'threshold', this.options.threshold ?? 0.5, 0, 1);
    this.targetClassIds = checkClasses(this.where, this.options.targetClassIds ?? [0, 1], 2);
  }

  override statistics(yTrue: Node, yPred: Node, sampleWeight?: Node): Node {
    return super.statistics(yTrue, greaterEqual(cast(yPred, 'float32'), this.threshold), sampleWeight);
  }

  protected override evaluate(pairs: ClassPairs): number {
    return meanOverClasses(pairs, this.targetClassIds);
  }
}

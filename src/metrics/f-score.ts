import { describe, fail, failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { lookup } from '../base/names.ts';
import { positive } from '../base/numbers.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { abs, broadcastTo, cast, concat, equal, greater, max, mul, scale, sum } from '../graph/ops.ts';
import { weightsFor } from '../losses/reduce.ts';
import { alignRanks, checkLikePrediction } from '../losses/targets.ts';
import { Metric, type MetricOptions } from './metric.ts';

/** Options of {@link F1Score}. */
export interface F1ScoreOptions extends MetricOptions {
  /** How classes become one number: their mean, the same weighted by how often they occur, or all decisions together. Default none. */
  readonly average?: 'macro' | 'weighted' | 'micro' | null;
  /** Scores above it are positive. Default: the largest of each row is. */
  readonly threshold?: number | null;
}

/** Options of {@link FBetaScore}. */
export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How much more recall counts than precision. Default 1. */
  readonly beta?: number;
}

/** Keeps 0 / 0 from giving NaN, as in Keras. */
const epsilon = 1e-7;

/**
 * (1 + β²)·P·R / (β²·P + R), with precision P and recall R of each class. Without an average, {@link Metric.detail} has one number for
 * each class and logs show their mean.
 *
 * Options: `average` none, `beta` 1, `threshold` none. Shape: targets and predictions [n, classes]. Source: Keras `metrics.FBetaScore`.
 *
 * @throws MyelinError when `beta` is not positive, `threshold` not in (0, 1], or `average` unknown
 */
export class FBetaScore<O extends FBetaScoreOptions = FBetaScoreOptions> extends Metric<O> {
  static override readonly type: string = 'FBetaScore';
  static override readonly optionNames: OptionNames = { beta: true, average: true, threshold: true } satisfies OwnOptions<
    FBetaScoreOptions,
    MetricOptions
  >;
  override readonly direction = 'max';
  readonly beta: number;
  readonly average: 'macro' | 'weighted' | 'micro' | null;

  constructor(options?: O) {
    super(options);
    const { average = null, threshold, beta = 1 } = this.options;
    this.beta = positive(this.where, 'beta', beta);
    this.average =
      average === null
        ? null
        : lookup(this.where, 'average', average, { macro: 'macro', weighted: 'weighted', micro: 'micro' } as const);
    if (threshold !== undefined && threshold !== null && !(typeof threshold === 'number' && threshold > 0 && threshold <= 1))
      fail(this.where, '`threshold` to be a number in (0, 1]', describe(threshold));
  }

  override statistics(yTrue: Node, yPred: Node, sampleWeight?: Node): Node {
    checkLikePrediction(this.where, yTrue, yPred);
    const [target, score] = alignRanks(cast(yTrue, 'float32'), cast(yPred, 'float32'));
    if (score.rank !== 2) failShape(this.where, 'predictions of shape [n, classes]', formatShape(score.shape));
    const { threshold }: F1ScoreOptions = this.options;
    const isLargest = (): Node => mul(equal(score, max(score, -1, true)), greater(abs(score), 1e-9));
    const chosen = typeof threshold === 'number' ? greater(score, threshold) : isLargest();
    const weight = sampleWeight && broadcastTo(weightsFor(this.where, sampleWeight, score.shape), score.shape);
    const count = (part: Node): Node => sum(weight ? mul(part, weight) : part, 0);
    // Hits, wrong hits, misses of every class.
    return concat([
      count(mul(chosen, target)),
      count(mul(chosen, scale(target, -1, 1))),
      count(mul(scale(chosen, -1, 1), target)),
    ]);
  }

  #score(hits: number, wrong: number, missed: number): number {
    const precision = hits / (hits + wrong + epsilon);
    const recall = hits / (hits + missed + epsilon);
    const square = this.beta * this.beta;
    return ((1 + square) * precision * recall) / (square * precision + recall + epsilon);
  }

  #perClass(totals: Float64Array): number[] {
    const classes = totals.length / 3;
    return Array.from({ length: classes }, (_, c) => this.#score(totals[c]!, totals[classes + c]!, totals[2 * classes + c]!));
  }

  override result(totals: Float64Array): number {
    const classes = totals.length / 3;
    const total = (part: number): number => totals.subarray(part * classes, (part + 1) * classes).reduce((a, b) => a + b, 0);
    if (this.average === 'micro') return this.#score(total(0), total(1), total(2));
    const scores = this.#perClass(totals);
    if (this.average !== 'weighted') return scores.reduce((a, b) => a + b, 0) / classes;
    const support = total(0) + total(2) + epsilon;
    return scores.reduce((sumSoFar, score, c) => sumSoFar + (score * (totals[c]! + totals[2 * classes + c]!)) / support, 0);
  }

  override detailOf(totals: Float64Array): Tensor {
    if (this.average !== null) return super.detailOf(totals);
    const scores = this.#perClass(totals);
    return new Tensor(Float32Array.from(scores), [scores.length]);
  }
}

/**
 * 2·P·R / (P + R): {@link FBetaScore} with β = 1. Options: `average` none, `threshold` none. Source: Keras `metrics.F1Score`.
 *
 * @throws MyelinError when `threshold` is not in (0, 1] or `average` unknown
 */
export class F1Score extends FBetaScore<F1ScoreOptions> {
  static override readonly type: string = 'F1Score';
  static override readonly optionNames: OptionNames = { average: true, threshold: true } satisfies OwnOptions<
    F1ScoreOptions,
    MetricOptions
  >;
}

/**
 * @file What share of the targets' variance predictions explain. Sums of squares would lose the variance of targets far from 0 in
 * rounding, so a batch gives means and sums around them, and batches are merged by the formula of Chan, Golub & LeVeque (1979).
 */

import { failShape } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { lookup } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { constantNode, type Node } from '../graph/node.ts';
import { add, broadcastTo, cast, concat, div, equal, mul, reshape, square, sub, sum } from '../graph/ops.ts';
import { weightsFor } from '../losses/reduce.ts';
import { alignRanks, checkLikePrediction } from '../losses/targets.ts';
import { ratio } from './counts.ts';
import { Metric, type MetricOptions } from './metric.ts';

/** How outputs become one number; null leaves one for each. */
export type OutputAggregation = 'uniformAverage' | 'varianceWeightedAverage' | null;

/** Options of {@link ExplainedVariance}. */
export interface VarianceOptions extends MetricOptions {
  /** Mean of the outputs, mean weighted by the variance of their targets, or all of them. Default 'uniformAverage'. */
  readonly classAggregation?: OutputAggregation | 'uniform_average' | 'variance_weighted_average';
}

/** Options of {@link R2Score}. */
export interface R2ScoreOptions extends VarianceOptions {
  /** Number of inputs, for the adjusted score; 0 for the plain one. Default 0. */
  readonly numRegressors?: number;
}

/** Moments of one output over an epoch. */
interface Moments {
  /** Weighted mean and sum of squares around it, of the targets. */
  readonly target: { readonly mean: number; readonly squares: number };
  /** The same of the errors. */
  readonly error: { readonly mean: number; readonly squares: number };
  readonly weight: number;
}

/** Below this share of its mean, the spread of float32 values is rounding. */
const rounding = 1e-7;

abstract class VarianceMetric<O extends VarianceOptions> extends Metric<O> {
  override readonly direction = 'max';
  readonly aggregation: OutputAggregation;

  constructor(options?: O) {
    super(options);
    const { classAggregation = 'uniformAverage' } = this.options;
    const known = { uniformAverage: 'uniformAverage', varianceWeightedAverage: 'varianceWeightedAverage' } as const;
    this.aggregation = classAggregation === null ? null : lookup(this.where, 'class aggregation', classAggregation, known);
  }

  /** Share of what is left unexplained, from the moments of one output whose targets vary. */
  protected abstract unexplained(moments: Moments): number;

  /** What becomes of a score when `count` samples have been seen. */
  protected adjusted(score: number, _count: number): number {
    return score;
  }

  // A vector of: weight and number of samples; for every column of targets and errors the mean; the sum of deviations from it, which
  // is the rounding of the mean; and the sum of their squares.
  override statistics(yTrue: Node, yPred: Node, sampleWeight?: Node): Node {
    checkLikePrediction(this.where, yTrue, yPred);
    const aligned = alignRanks(cast(yTrue, 'float32'), cast(yPred, 'float32'));
    if (aligned[1].rank > 2) failShape(this.where, 'predictions of shape [n, outputs]', formatShape(aligned[1].shape));
    const [target, prediction] = aligned.map((x) => reshape(x, [x.shape[0] ?? 1, x.shape[1] ?? 1]));
    const columns = concat([target!, sub(target!, prediction!)], 1);
    const [n] = columns.shape as readonly [number];
    const given = sampleWeight && broadcastTo(weightsFor(this.where, sampleWeight, [n]), [n]);
    const weighted = (x: Node): Node => sum(given ? mul(x, reshape(given, [n, 1])) : x, 0);
    const total = given ? sum(given) : undefined;
    const divisor = total ? add(total, equal(total, 0)) : n;
    const mean = div<Node, Node | number>(weighted(columns), divisor);
    const deviations = sub(columns, mean);
    const count = constantNode(tensor([n]));
    return concat([total ? reshape(total, [1]) : count, count, mean, weighted(deviations), weighted(square(deviations))]);
  }

  override merge(totals: Float64Array, floats: Float32Array, start: number): void {
    const columns = (totals.length - 2) / 3;
    const added = floats[start]!;
    const weight = totals[0]! + added;
    for (let c = 2; c < 2 + columns && added > 0; c++) {
      const slip = floats[start + columns + c]! / added;
      const squares = floats[start + 2 * columns + c]! - slip * slip * added;
      const shift = floats[start + c]! + slip - totals[c]!;
      totals[c]! += (shift * added) / weight;
      totals[2 * columns + c]! += squares + (shift * shift * totals[0]! * added) / weight;
    }
    totals[0] = weight;
    totals[1]! += floats[start + 1]!;
  }

  /** Score and variance of the targets, of every output. */
  #outputs(totals: Float64Array): { score: number; variance: number }[] {
    const columns = (totals.length - 2) / 3;
    const [weight, count] = [totals[0]!, totals[1]!];
    return Array.from({ length: columns / 2 }, (_, c) => {
      const moment = (column: number) => ({ mean: totals[2 + column]!, squares: totals[2 + 2 * columns + column]! });
      const [target, error] = [moment(c), moment(columns / 2 + c)];
      const isConstant = target.squares <= weight * (rounding * target.mean) ** 2;
      const score = isConstant ? 0 : 1 - this.unexplained({ target, error, weight });
      return { score: this.adjusted(score, count), variance: isConstant ? 0 : target.squares };
    });
  }

  override result(totals: Float64Array): number {
    const outputs = this.#outputs(totals);
    const isWeighted = this.aggregation === 'varianceWeightedAverage';
    const sumOver = (value: (output: { score: number; variance: number }) => number): number =>
      outputs.reduce((total, output) => total + value(output), 0);
    if (!isWeighted) return sumOver(({ score }) => score) / outputs.length;
    return ratio(
      sumOver(({ score, variance }) => score * variance),
      sumOver(({ variance }) => variance),
    );
  }

  override detailOf(totals: Float64Array): Tensor {
    if (this.aggregation !== null) return super.detailOf(totals);
    const scores = this.#outputs(totals).map(({ score }) => score);
    return new Tensor(Float32Array.from(scores), [scores.length]);
  }
}

/**
 * R²: 1 − Σ(t − p)² / Σ(t − mean t)² of every output, 0 where targets do not vary. With `numRegressors` p adjusted:
 * 1 − (1 − R²)(n − 1) / (n − p − 1).
 *
 * Options: `classAggregation` 'uniformAverage', `numRegressors` 0. Shape: targets and predictions [n, outputs]. Source: Keras
 * `metrics.R2Score`.
 *
 * @throws MyelinError when a name is unknown or `numRegressors` is no whole number
 */
export class R2Score extends VarianceMetric<R2ScoreOptions> {
  static override readonly type: string = 'R2Score';
  static override readonly optionNames: OptionNames = { numRegressors: true, classAggregation: true } satisfies OwnOptions<
    R2ScoreOptions,
    MetricOptions
  >;
  readonly #regressors: number;

  constructor(options?: R2ScoreOptions) {
    super(options);
    this.#regressors = wholeNumber(this.where, 'numRegressors', this.options.numRegressors ?? 0, 0);
  }

  protected override unexplained({ target, error, weight }: Moments): number {
    return (error.squares + weight * error.mean * error.mean) / target.squares;
  }

  protected override adjusted(score: number, count: number): number {
    const free = count - this.#regressors - 1;
    return this.#regressors === 0 || free <= 0 ? score : 1 - ((1 - score) * (count - 1)) / free;
  }
}

/**
 * 1 − Var(t − p) / Var(t) of every output: R² that forgives a constant error. 0 where targets do not vary.
 *
 * Options: `classAggregation` 'uniformAverage'. Shape: targets and predictions [n, outputs].
 *
 * @throws MyelinError when a name is unknown
 */
export class ExplainedVariance extends VarianceMetric<VarianceOptions> {
  static override readonly type: string = 'ExplainedVariance';
  static override readonly optionNames: OptionNames = { classAggregation: true } satisfies OwnOptions<
    VarianceOptions,
    MetricOptions
  >;

  protected override unexplained({ target, error }: Moments): number {
    return error.squares / target.squares;
  }
}

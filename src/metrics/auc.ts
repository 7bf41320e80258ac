import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import { lookup } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { constantNode, type Node } from '../graph/node.ts';
import { broadcastTo, cast, concat, mul, sigmoid } from '../graph/ops.ts';
import { type Counts, countsAt, countsFrom, decisionsOf, onlyClass, ratio } from './counts.ts';
import { Metric, type MetricOptions } from './metric.ts';

/** Options of {@link AUC}. */
export interface AUCOptions extends MetricOptions {
  /** How many thresholds the curve is taken at. Default 200. */
  readonly numThresholds?: number;
  /** 'ROC': true over false positive rate; 'PR': precision over recall. Default 'ROC'. */
  readonly curve?: 'ROC' | 'PR';
  /** Height between two points: their mean (for PR as in Davis & Goadrich 2006), the smaller, or the larger. Default 'interpolation'. */
  readonly summationMethod?: 'interpolation' | 'minoring' | 'majoring';
  /** Thresholds in [0, 1] of one's own instead of evenly spaced ones. Default none. */
  readonly thresholds?: readonly number[] | null;
  /** Whether every output has a curve of its own; the result is the mean of their areas. Default false. */
  readonly multiLabel?: boolean;
  /** Weight of each output. Default all alike. */
  readonly labelWeights?: readonly number[] | null;
  /** Whether predictions are logits rather than probabilities. Default false. */
  readonly fromLogits?: boolean;
}

/** Keeps the outermost thresholds beyond 0 and 1, so that everything and nothing is positive there. */
const epsilon = 1e-7;

function thresholdsFrom(where: string, { thresholds, numThresholds = 200 }: AUCOptions): readonly number[] {
  if (thresholds === undefined || thresholds === null) {
    const last = wholeNumber(where, 'numThresholds', numThresholds, 2) - 1;
    return [-epsilon, ...Array.from({ length: last - 1 }, (_, i) => (i + 1) / last), 1 + epsilon];
  }
  if (!Array.isArray(thresholds) || !thresholds.every((value) => typeof value === 'number' && value >= 0 && value <= 1))
    fail(where, '`thresholds` to be numbers in [0, 1]', describe(thresholds));
  return [-epsilon, ...[...thresholds].sort((a, b) => a - b), 1 + epsilon];
}

/** Area under precision over recall, with false positives that grow evenly with the true ones between two points. */
function interpolatedPrecision({ truePositives, falsePositives, falseNegatives }: Counts): number {
  let area = 0;
  for (let i = 0; i + 1 < truePositives.length; i++) {
    const [hits, next] = [truePositives[i]!, truePositives[i + 1]!];
    const [chosen, nextChosen] = [hits + falsePositives[i]!, next + falsePositives[i + 1]!];
    const slope = ratio(hits - next, Math.max(chosen - nextChosen, 0));
    const intercept = next - slope * nextChosen;
    const growth = chosen > 0 && nextChosen > 0 ? chosen / nextChosen : 1;
    const increment = slope * (hits - next + intercept * Math.log(growth));
    area += ratio(increment, Math.max(next + falseNegatives[i + 1]!, 0));
  }
  return area;
}

/**
 * Area under a curve over all thresholds: ROC or precision over recall. Exact over an epoch up to the distance of the thresholds; for
 * the area without thresholds see {@link rocAuc} and {@link averagePrecision}. Targets are positive unless they are 0.
 *
 * Options: `curve` 'ROC', `numThresholds` 200, `summationMethod` 'interpolation', `thresholds` evenly spaced, `multiLabel` false,
 * `labelWeights` none, `fromLogits` false. Source: Keras `metrics.AUC`.
 *
 * @throws MyelinError when there are fewer than two thresholds or one outside [0, 1], or a name is unknown
 */
export class AUC extends Metric<AUCOptions> {
  static override readonly type: string = 'AUC';
  static override readonly optionNames: OptionNames = {
    numThresholds: true,
    curve: true,
    summationMethod: true,
    thresholds: true,
    multiLabel: true,
    labelWeights: true,
    fromLogits: true,
  } satisfies OwnOptions<AUCOptions, MetricOptions>;
  override readonly direction = 'max';
  readonly thresholds: readonly number[];
  readonly #isRoc: boolean;
  readonly #height: ((a: number, b: number) => number) | 'interpolation';

  constructor(options?: AUCOptions) {
    super(options);
    const { curve = 'ROC', summationMethod = 'interpolation', labelWeights } = this.options;
    this.thresholds = thresholdsFrom(this.where, this.options);
    this.#isRoc = lookup(this.where, 'curve', curve, { ROC: true, PR: false });
    this.#height = lookup(this.where, 'summation method', summationMethod, {
      interpolation: 'interpolation' as const,
      minoring: Math.min,
      majoring: Math.max,
    });
    if (labelWeights?.some((weight) => !(weight >= 0)))
      fail(this.where, '`labelWeights` to be numbers >= 0', describe(labelWeights));
  }

  override statistics(yTrue: Node, yPred: Node, sampleWeight?: Node): Node {
    const { fromLogits, multiLabel, labelWeights } = this.options;
    const score = fromLogits ? sigmoid(cast(yPred, 'float32')) : yPred;
    const decisions = decisionsOf(this.where, yTrue, score, sampleWeight);
    const labels = decisions.score.shape.at(-1) ?? 1;
    if (labelWeights && labelWeights.length !== labels)
      fail(this.where, `\`labelWeights\` to be ${labels} numbers, one for each output`, describe(labelWeights));
    if (multiLabel)
      return concat(Array.from({ length: labels }, (_, index) => countsAt(this.thresholds, onlyClass(decisions, index))));
    if (!labelWeights) return countsAt(this.thresholds, decisions);
    const stretched = broadcastTo(constantNode(tensor([...labelWeights])), decisions.score.shape);
    const weight = decisions.weight ? mul(decisions.weight, stretched) : stretched;
    return countsAt(this.thresholds, { ...decisions, weight });
  }

  #area(counts: Counts): number {
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
    const height = this.#height;
    if (height === 'interpolation' && !this.#isRoc) return interpolatedPrecision(counts);
    const recall = truePositives.map((hits, i) => ratio(hits, hits + falseNegatives[i]!));
    const x = this.#isRoc ? falsePositives.map((wrong, i) => ratio(wrong, wrong + trueNegatives[i]!)) : recall;
    const y = this.#isRoc ? recall : truePositives.map((hits, i) => ratio(hits, hits + falsePositives[i]!));
    let area = 0;
    for (let i = 0; i + 1 < x.length; i++) {
      const between = height === 'interpolation' ? (y[i]! + y[i + 1]!) / 2 : height(y[i]!, y[i + 1]!);
      area += (x[i]! - x[i + 1]!) * between;
    }
    return area;
  }

  /** The area of each output, or the one of all. */
  #areas(totals: Float64Array): number[] {
    const size = 2 * this.thresholds.length + 2;
    return Array.from({ length: totals.length / size }, (_, label) =>
      this.#area(countsFrom(totals.subarray(label * size, (label + 1) * size))),
    );
  }

  override result(totals: Float64Array): number {
    const areas = this.#areas(totals);
    const weights = (this.options.multiLabel && this.options.labelWeights) || areas.map(() => 1);
    const total = weights.reduce((a, b) => a + b, 0);
    return ratio(
      areas.reduce((sumSoFar, area, i) => sumSoFar + area * weights[i]!, 0),
      total,
    );
  }

  override detailOf(totals: Float64Array): Tensor {
    if (!this.options.multiLabel) return super.detailOf(totals);
    const areas = this.#areas(totals);
    return new Tensor(Float32Array.from(areas), [areas.length]);
  }
}

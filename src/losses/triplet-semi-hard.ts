import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { div, greater, max, maximum, min, mul, relu, reshape, scale, select, sub, sum } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import { checkEmbeddings, offDiagonal, pairDistances, samePairs } from './pairs.ts';
import type { TargetSpec } from './targets.ts';

/** Options of {@link TripletSemiHard}. */
export interface TripletSemiHardOptions extends LossOptions {
  /** By how much the negative has to be farther away than the positive. Default 1. */
  readonly margin?: number;
}

/**
 * Triplets found in the batch: for each pair of samples with the same label, the negative is the nearest one that is farther away than
 * the positive, or the farthest of all where there is none. Predictions are embeddings [n, size], targets class numbers [n]. The
 * result is a scalar: Σ max(margin + d(a, p) − d(a, n), 0) / number of pairs, 0 without pairs. Schroff, Kalenichenko & Philbin 2015.
 *
 * Options: `margin` 1. Source: TensorFlow Addons `losses.TripletSemiHardLoss`. Takes memory for n³ numbers.
 *
 * @throws MyelinError when `margin` is negative
 */
export class TripletSemiHard extends Loss<TripletSemiHardOptions> {
  static override readonly type: string = 'TripletSemiHard';
  static override readonly optionNames: OptionNames = { margin: true } satisfies OwnOptions<TripletSemiHardOptions, LossOptions>;
  override readonly targetKind = 'labels';
  readonly margin: number;

  constructor(options?: TripletSemiHardOptions) {
    super(options);
    this.margin = notNegative(this.where, 'margin', this.options.margin ?? 1);
  }

  override checkTargets(yTrue: TargetSpec, yPred: TargetSpec, where = this.where): void {
    checkEmbeddings(where, yTrue, yPred);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const [n] = yPred.shape as readonly [number];
    const distances = pairDistances(yPred);
    const same = samePairs(yTrue);
    const others = scale(same, -1, 1);
    // [anchor, positive, negative]: negatives farther away than the positive.
    const toNegative = reshape(distances, [n, 1, n]);
    const outside = mul(reshape(others, [n, 1, n]), greater(toNegative, reshape(distances, [n, n, 1])));
    const nearest = min(select(outside, toNegative, Number.POSITIVE_INFINITY), -1);
    const farthest = max(select(others, distances, 0), -1, true);
    const negative = select(max(outside, -1), nearest, farthest);
    const pairs = mul(same, offDiagonal(n));
    const values = mul(relu(scale(sub(distances, negative), 1, this.margin)), pairs);
    return div(sum(values), maximum(sum(pairs), 1));
  }
}

/** {@link TripletSemiHard}. Shape: labels [n] and embeddings [n, size] → []. */
export const tripletSemiHard = functionForm<TripletSemiHardOptions>('tripletSemiHard', (options) => new TripletSemiHard(options));

import type { OptionNames, OwnOptions } from '../base/names.ts';
import { notNegative } from '../base/numbers.ts';
import type { Node } from '../graph/node.ts';
import { max, min, mul, relu, scale, select, softplus, sub } from '../graph/ops.ts';
import { functionForm } from './function-form.ts';
import { Loss, type LossOptions } from './loss.ts';
import { checkEmbeddings, offDiagonal, pairDistances, samePairs } from './pairs.ts';
import type { TargetSpec } from './targets.ts';

/** Options of {@link TripletHard}. */
export interface TripletHardOptions extends LossOptions {
  /** By how much the negative has to be farther away than the positive. Default 1. */
  readonly margin?: number;
  /** Whether ln(1 + e^(d_p − d_n)) takes the place of the margin. Default false. */
  readonly soft?: boolean;
}

/**
 * The hardest triplet of each anchor in the batch: max(d_p − d_n + margin, 0) with its farthest positive (0 without any) and its nearest
 * negative (the farthest sample without any). Predictions are embeddings [n, size], targets class numbers [n]. Hermans, Beyer & Leibe 2017.
 *
 * Options: `margin` 1, `soft` false. Source: TensorFlow Addons `losses.TripletHardLoss`.
 *
 * @throws MyelinError when `margin` is negative
 */
export class TripletHard extends Loss<TripletHardOptions> {
  static override readonly type: string = 'TripletHard';
  static override readonly optionNames: OptionNames = { margin: true, soft: true } satisfies OwnOptions<
    TripletHardOptions,
    LossOptions
  >;
  override readonly targetKind = 'labels';
  readonly margin: number;

  constructor(options?: TripletHardOptions) {
    super(options);
    this.margin = notNegative(this.where, 'margin', this.options.margin ?? 1);
  }

  override checkTargets(yTrue: TargetSpec, yPred: TargetSpec, where = this.where): void {
    checkEmbeddings(where, yTrue, yPred);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const distances = pairDistances(yPred);
    const same = samePairs(yTrue);
    const positive = max(mul(mul(same, offDiagonal(yPred.shape[0]!)), distances), -1);
    const negative = min(select(same, max(distances, -1, true), distances), -1);
    const difference = sub(positive, negative);
    return this.options.soft ? softplus(difference) : relu(scale(difference, 1, this.margin));
  }
}

/** {@link TripletHard} per anchor. Shape: labels [n] and embeddings [n, size] → [n]. */
export const tripletHard = functionForm<TripletHardOptions>('tripletHard', (options) => new TripletHard(options));

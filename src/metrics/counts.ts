/**
 * @file True and false positives and negatives at thresholds: what precision, recall and the areas under curves come from. A batch gives
 * the vector [true positives…, false positives…, positives, negatives], with one entry for each threshold in the first two.
 */

import { sizeOf } from '../base/shape.ts';
import { tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import {
  argmax,
  broadcastTo,
  cast,
  concat,
  greater,
  matmul,
  maximum,
  mul,
  notEqual,
  oneHot,
  reshape,
  scale,
  select,
  slice,
  stack,
  sum,
} from '../graph/ops.ts';
import { weightsFor } from '../losses/reduce.ts';
import { alignRanks, checkLikePrediction } from '../losses/targets.ts';

/** Targets of 0 and 1, scores and weights of one shape. */
export interface Decisions {
  readonly target: Node;
  readonly score: Node;
  readonly weight: Node | undefined;
}

/** Targets and scores of one shape, anything but 0 being a positive target, and weights stretched to it. */
export function decisionsOf(where: string, yTrue: Node, yPred: Node, sampleWeight?: Node): Decisions {
  checkLikePrediction(where, yTrue, yPred);
  const [target, score] = alignRanks(cast(yTrue, 'float32'), cast(yPred, 'float32'));
  const weight = sampleWeight && broadcastTo(weightsFor(where, sampleWeight, score.shape), score.shape);
  return { target: notEqual(target, 0), score, weight };
}

/** The decisions of one class alone. */
export function onlyClass({ target, score, weight }: Decisions, index: number): Decisions {
  const column = (x: Node): Node => slice(x, [...x.shape.slice(0, -1).map(() => 0), index], [...x.shape.slice(0, -1), 1]);
  return { target: column(target), score: column(score), weight: weight && column(weight) };
}

/** The scores with all but the `k` largest of each row at −∞; of equal ones the first counts. */
export function keepTopK(scores: Node, k: number): Node {
  const classes = scores.shape.at(-1) ?? 1;
  let left = scores;
  let kept: Node | undefined;
  for (let i = 0; i < Math.min(k, classes); i++) {
    const next = oneHot(argmax(left, -1), classes);
    kept = kept ? maximum(kept, next) : next;
    left = select(next, Number.NEGATIVE_INFINITY, left);
  }
  return kept ? select(kept, scores, Number.NEGATIVE_INFINITY) : scores;
}

/** The statistics of a batch at `thresholds`; a score is positive when it is above a threshold. */
export function countsAt(thresholds: readonly number[], { target, score, weight }: Decisions): Node {
  const n = sizeOf(score.shape);
  const flat = reshape(target, [n]);
  const [yes, no] = [flat, scale(flat, -1, 1)].map((part) => (weight ? mul(part, reshape(weight, [n])) : part));
  const positive = greater(reshape(score, [n, 1]), tensor([...thresholds]));
  const counts = reshape(matmul(stack([yes!, no!]), positive), [2 * thresholds.length]);
  return concat([counts, reshape(sum(yes!), [1]), reshape(sum(no!), [1])]);
}

/** Counts at each threshold. */
export interface Counts {
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly trueNegatives: Float64Array;
  readonly falseNegatives: Float64Array;
}

/** The counts that totals of {@link countsAt} stand for. */
export function countsFrom(totals: Float64Array): Counts {
  const size = (totals.length - 2) / 2;
  const [truePositives, falsePositives] = [totals.slice(0, size), totals.slice(size, 2 * size)];
  const [positives, negatives] = [totals[2 * size]!, totals[2 * size + 1]!];
  // The differences of float32 sums may miss 0 by a rounding.
  const rest = (all: number, part: Float64Array): Float64Array => part.map((count) => Math.max(0, all - count));
  return {
    truePositives,
    falsePositives,
    trueNegatives: rest(negatives, falsePositives),
    falseNegatives: rest(positives, truePositives),
  };
}

/** a / b, 0 where b is 0. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

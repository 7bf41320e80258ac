/** @file Areas under curves without thresholds. They need all scores at once, so they are functions and not metrics of batches. */

import { failShape } from '../base/fail.ts';
import { formatShape } from '../base/shape.ts';
import { type TensorLike, tensor } from '../base/tensor.ts';
import { ratio } from './counts.ts';

/** Weights of true and false positives at each different score, largest first, one after the other added up. */
function steps(
  where: string,
  yTrue: TensorLike,
  yPred: TensorLike,
  sampleWeight?: TensorLike,
): { hits: number; wrong: number }[] {
  const [targets, scores] = [tensor(yTrue), tensor(yPred)];
  const weights = sampleWeight === undefined ? undefined : tensor(sampleWeight);
  for (const other of [targets, ...(weights ? [weights] : [])]) {
    if (other.size !== scores.size)
      failShape(where, `as many targets and weights as scores, ${formatShape(scores.shape)}`, formatShape(other.shape));
  }
  const order = Array.from(scores.data, (_, i) => i).sort((a, b) => scores.data[b]! - scores.data[a]!);
  const result: { hits: number; wrong: number }[] = [];
  let [hits, wrong] = [0, 0];
  order.forEach((index, place) => {
    const weight = weights?.data[index] ?? 1;
    if (targets.data[index] !== 0) hits += weight;
    else wrong += weight;
    const next = order[place + 1];
    if (next === undefined || scores.data[next] !== scores.data[index]) result.push({ hits, wrong });
  });
  return result;
}

/**
 * Area under the ROC curve: the chance that a positive has a larger score than a negative, equal scores counting half. 0 where there is
 * only one kind.
 */
export function rocAuc(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): number {
  const points = steps('rocAuc', yTrue, yPred, sampleWeight);
  let [area, hits, wrong] = [0, 0, 0];
  for (const point of points) {
    area += ((point.wrong - wrong) * (point.hits + hits)) / 2;
    ({ hits, wrong } = point);
  }
  return ratio(area, hits * wrong);
}

/** Average precision: Σ (R_n − R_{n−1})·P_n over the different scores, largest first. 0 without positives. */
export function averagePrecision(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): number {
  let [area, hits] = [0, 0];
  for (const point of steps('averagePrecision', yTrue, yPred, sampleWeight)) {
    area += (point.hits - hits) * ratio(point.hits, point.hits + point.wrong);
    hits = point.hits;
  }
  return ratio(area, hits);
}

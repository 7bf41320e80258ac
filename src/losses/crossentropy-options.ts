/** @file Options that the cross-entropies share, and their checks. */

import { describe, fail } from '../base/fail.ts';
import type { Node } from '../graph/node.ts';
import { scale } from '../graph/ops.ts';
import type { LossOptions } from './loss.ts';

/** Options of {@link BinaryCrossentropy} and {@link CategoricalCrossentropy}. */
export interface CrossentropyOptions extends LossOptions {
  /** Whether predictions are logits rather than probabilities. Default false. */
  readonly fromLogits?: boolean;
  /** Share s of each target that is spread evenly over all outcomes: t·(1 − s) + s / outcomes. Default 0. */
  readonly labelSmoothing?: number;
}

/** Refuses a label smoothing outside [0, 1]. */
export function checkSmoothing(where: string, { labelSmoothing = 0 }: CrossentropyOptions): void {
  if (typeof labelSmoothing !== 'number' || !(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    fail(where, '`labelSmoothing` to be a number in [0, 1]', describe(labelSmoothing));
  }
}

/** Targets of `outcomes` exclusive outcomes, smoothed as the options say. */
export function smoothed(yTrue: Node, outcomes: number, { labelSmoothing = 0 }: CrossentropyOptions): Node {
  return labelSmoothing === 0 ? yTrue : scale(yTrue, 1 - labelSmoothing, labelSmoothing / outcomes);
}

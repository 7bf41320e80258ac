/** @file Options of every optimizer that keep a second copy of the weights or of the gradients, and their checks. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { fraction, positive } from './checks.ts';

/** Lookahead's options. */
export interface LookaheadOptions {
  /** Steps between two meetings of the weights and their slow copies, a whole number. Default 6. */
  readonly syncPeriod?: number;
  /** Share of the way that the slow copies go then, in (0, 1]. Default 0.5. */
  readonly slowStepSize?: number;
}

/** Averages of weights and gradients. */
export interface AveragingOptions {
  /**
   * Whether a moving average of every weight is kept: a ← m·a + (1 − m)·w after each step, starting from the weights after the first. The
   * end of `fit` copies it into the weights. Default false.
   */
  readonly useEma?: boolean;
  /** The share m of the moving average that is kept, in [0, 1]. Default 0.99. */
  readonly emaMomentum?: number;
  /** Steps between two copies of the average into the weights. Default: none in training. */
  readonly emaOverwriteFrequency?: number;
  /**
   * How many steps add up their gradients before one update by their mean, as if the batch were so many times larger. Schedules count
   * steps, the update's own formula (bias correction) counts updates. Default 1.
   */
  readonly gradientAccumulationSteps?: number;
  /** Lookahead (Zhang et al. 2019): every few updates φ += α·(w − φ), w ← φ, where φ starts as w. Default: none. */
  readonly lookahead?: LookaheadOptions;
  /**
   * What the loss is multiplied by before gradients are computed, and gradients are divided by afterwards: for gradients that would
   * vanish in float32. `fit` does the former; loops of one's own use `scaleLoss`. Default: none.
   */
  readonly lossScaleFactor?: number;
}

/** The same with every value settled. */
export interface Averaging {
  /** Share of the moving average that is kept, where there is one. */
  readonly ema: number | undefined;
  /** Steps between copies into the weights, 0 for never. */
  readonly overwrite: number;
  readonly accumulation: number;
  /** Updates between two meetings, 0 for never. */
  readonly syncPeriod: number;
  readonly slowStepSize: number;
  readonly lossScale: number;
}

function count(where: string, name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) fail(where, `\`${name}\` to be a whole number >= 1`, describe(value));
  return value;
}

/** Checks the options and fills in what is missing. */
export function settleAveraging(where: string, options: AveragingOptions): Averaging {
  const {
    useEma = false,
    emaMomentum,
    emaOverwriteFrequency,
    lookahead,
    gradientAccumulationSteps = 1,
    lossScaleFactor,
  } = options;
  if (typeof useEma !== 'boolean') fail(where, '`useEma` to be true or false', describe(useEma));
  for (const name of ['emaMomentum', 'emaOverwriteFrequency'] as const)
    if (!useEma && options[name] !== undefined) fail(where, `\`useEma: true\` with \`${name}\``, 'an optimizer without averages');
  if (lookahead !== undefined && (typeof lookahead !== 'object' || lookahead === null))
    fail(where, '`lookahead` to be an object like { syncPeriod: 6, slowStepSize: 0.5 }', describe(lookahead));
  checkOptionNames(`${where} lookahead`, lookahead, { syncPeriod: true, slowStepSize: true });
  const { syncPeriod = 6, slowStepSize = 0.5 } = lookahead ?? {};
  return {
    ema: useEma ? fraction(where, 'emaMomentum', emaMomentum ?? 0.99) : undefined,
    overwrite: emaOverwriteFrequency === undefined ? 0 : count(where, 'emaOverwriteFrequency', emaOverwriteFrequency),
    accumulation: count(where, 'gradientAccumulationSteps', gradientAccumulationSteps),
    syncPeriod: lookahead ? count(where, 'syncPeriod', syncPeriod) : 0,
    slowStepSize: positive(where, 'slowStepSize', fraction(where, 'slowStepSize', slowStepSize)),
    lossScale: lossScaleFactor === undefined ? 1 : positive(where, 'lossScaleFactor', lossScaleFactor),
  };
}

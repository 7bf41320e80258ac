/** @file What every optimizer can be told. */

import type { LearningRateSchedule, ScheduleConfig } from '../schedules/index.ts';
import type { AveragingOptions } from './averaging.ts';
import type { GradientClipping } from './clipping.ts';
import type { ParameterGroupOptions } from './groups.ts';
import type { DecayExclusions } from './weight-selector.ts';

/** Options every optimizer has. */
export interface OptimizerOptions extends GradientClipping, AveragingOptions {
  /** Step size: a positive number, a schedule (or its config), or a function of the step. */
  readonly learningRate?: number | LearningRateSchedule | ScheduleConfig;
  /** Decoupled weight decay λ: w ← w − w·λ·η before each update. Default 0; AdamW 0.004. */
  readonly weightDecay?: number;
  /** Which weights do not decay: parts of their names, patterns, the weights themselves, or a function that says so. Default: none. */
  readonly excludeFromWeightDecay?: DecayExclusions;
  /** Weights with a learning rate or a decay of their own. A weight belongs to the first group that selects it. */
  readonly groups?: readonly ParameterGroupOptions[];
  /** What error messages and saved files call it. Default: its type in lower case. */
  readonly name?: string;
}

/** An optimizer as JSON has it. */
export interface OptimizerConfig {
  readonly type: string;
  readonly options: object;
}

/** Their names, so that others are refused. */
export const optimizerOptions = {
  name: true,
  learningRate: true,
  clipValue: true,
  clipNorm: true,
  globalClipNorm: true,
  weightDecay: true,
  excludeFromWeightDecay: true,
  groups: true,
  useEma: true,
  emaMomentum: true,
  emaOverwriteFrequency: true,
  gradientAccumulationSteps: true,
  lookahead: true,
  lossScaleFactor: true,
} satisfies Record<keyof OptimizerOptions, true>;

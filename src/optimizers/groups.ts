/** @file Parameter groups: weights with a learning rate or a decay of their own. */

import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Variable } from '../graph/variable.ts';
import type { LearningRateSchedule, ScheduleConfig } from '../schedules/index.ts';
import { notNegative } from './checks.ts';
import { LearningRate } from './learning-rate.ts';
import { checkSelector, selects, type WeightSelector } from './weight-selector.ts';

/** Weights that are treated in a way of their own. */
export interface ParameterGroupOptions {
  /** Which weights: parts of their names, patterns, the weights themselves, or a function that is true of them. */
  readonly weights: WeightSelector;
  /** Their step size: a positive number, a schedule or a function of the step. Default: that of the optimizer. */
  readonly learningRate?: number | LearningRateSchedule | ScheduleConfig;
  /** Factor of the optimizer's step size, at least 0, in place of `learningRate`; 0 leaves the weights as they are. Default 1. */
  readonly learningRateFactor?: number;
  /** Their decoupled weight decay. Default: that of the optimizer. */
  readonly weightDecay?: number;
}

const groupOptions = {
  weights: true,
  learningRate: true,
  learningRateFactor: true,
  weightDecay: true,
} satisfies Record<keyof ParameterGroupOptions, true>;

/** A parameter group of an optimizer. The optimizer's other weights are a group, too. */
export class ParameterGroup {
  /** What the group was made with; nothing for the group of all other weights. */
  readonly options: ParameterGroupOptions | undefined;
  readonly rate: LearningRate;
  /** Whether the rate is its own. */
  readonly ownsRate: boolean;
  /** Factor of the rate. */
  readonly factor: number;
  /** Decoupled weight decay, where the group says so. */
  readonly weightDecay: number | undefined;

  constructor(where: string, options: ParameterGroupOptions | undefined, rate: LearningRate) {
    this.options = options;
    this.rate = options?.learningRate === undefined ? rate : new LearningRate(where, 'learningRate', options.learningRate);
    this.ownsRate = this.rate !== rate || options === undefined;
    this.factor = notNegative(where, 'learningRateFactor', options?.learningRateFactor ?? 1);
    this.weightDecay = options?.weightDecay === undefined ? undefined : notNegative(where, 'weightDecay', options.weightDecay);
  }

  /** Whether the group takes a weight that no group before it has taken. */
  takes(weight: Variable): boolean {
    return this.options === undefined || selects(this.options.weights, weight);
  }
}

/** The groups that `options` describe, in their order, and last that of all other weights. */
export function makeGroups(
  where: string,
  options: readonly ParameterGroupOptions[] | undefined,
  rate: LearningRate,
): ParameterGroup[] {
  if (options !== undefined && !Array.isArray(options)) fail(where, '`groups` to be a list', describe(options));
  const groups = (options ?? []).map((group, i) => {
    const name = `${where} groups[${i}]`;
    if (typeof group !== 'object' || group === null) fail(name, 'an object like { weights, learningRate }', describe(group));
    checkOptionNames(name, group, groupOptions);
    if (group.weights === undefined) fail(name, '`weights`: which weights are in the group', 'none');
    checkSelector(name, 'weights', group.weights);
    if (group.learningRate !== undefined && group.learningRateFactor !== undefined)
      fail(name, '`learningRate` or `learningRateFactor`', 'both');
    return new ParameterGroup(name, group, rate);
  });
  return [...groups, new ParameterGroup(where, undefined, rate)];
}

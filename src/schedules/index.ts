/** @file Learning rates that change from step to step. */

/**
 * The learning rate of a step, counted from 0. It must depend on the step alone, so that a run that was interrupted goes on with the same
 * rates.
 */
export type LearningRateSchedule = (step: number) => number;

/** @file Learning rates that change from step to step. */

export * from './all.ts';
export type { MomentumRange } from './checks.ts';
export type { ConstantOptions } from './constant.ts';
export type { CosineDecayOptions } from './cosine-decay.ts';
export type { CosineDecayRestartsOptions } from './cosine-decay-restarts.ts';
export type { CyclicLROptions } from './cyclic-lr.ts';
export type { ExponentialDecayOptions } from './exponential-decay.ts';
export type { InverseTimeDecayOptions } from './inverse-time-decay.ts';
export type { NoamOptions } from './noam.ts';
export type { OneCycleOptions } from './one-cycle.ts';
export type { PiecewiseConstantDecayOptions } from './piecewise-constant-decay.ts';
export type { PolynomialDecayOptions } from './polynomial-decay.ts';
export type { PowerDecayOptions } from './power-decay.ts';
export { resolveSchedule, type ScheduleConfig } from './resolve.ts';
export { type LearningRateSchedule, rateOf, Schedule } from './schedule.ts';
export type { WarmUpOptions } from './warm-up.ts';

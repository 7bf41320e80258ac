/** @file The losses' room: classes, functions, and what models need of them. */

export * from './all.ts';
export type { CrossentropyOptions } from './crossentropy-options.ts';
export type { LossForm } from './function-form.ts';
export { FunctionLoss, type LossFunction } from './function-loss.ts';
export { Loss, type LossOptions, lossValue } from './loss.ts';
export type { Reduction, ReductionSpec } from './reduce.ts';
export { type LossSpec, resolveLoss } from './resolve.ts';
export type { SparseCategoricalCrossentropyOptions } from './sparse-categorical-crossentropy.ts';
export type { TargetKind, TargetSpec } from './targets.ts';

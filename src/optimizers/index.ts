/** @file The optimizers' room. */

export type { AdamOptions } from './adam.ts';
export * from './all.ts';
export { Optimizer, type OptimizerOptions, type UpdateRule } from './optimizer.ts';
export { type OptimizerSpec, resolveOptimizer } from './resolve.ts';
export type { RMSpropOptions } from './rmsprop.ts';
export type { SGDOptions } from './sgd.ts';

/** @file The optimizers' room. */

export type { AdadeltaOptions } from './adadelta.ts';
export type { AdagradOptions } from './adagrad.ts';
export type { AdamOptions } from './adam.ts';
export type { AdamaxOptions } from './adamax.ts';
export type { AdamWOptions } from './adamw.ts';
export * from './all.ts';
export type { GradientClipping } from './clipping.ts';
export type { LionOptions } from './lion.ts';
export type { NadamOptions } from './nadam.ts';
export { Optimizer, type OptimizerOptions, type UpdateRule } from './optimizer.ts';
export type { RAdamOptions } from './radam.ts';
export { type OptimizerSpec, resolveOptimizer } from './resolve.ts';
export type { RMSpropOptions } from './rmsprop.ts';
export type { SGDOptions } from './sgd.ts';
export type { DecayExclusions } from './weight-decay.ts';

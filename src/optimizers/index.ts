/** @file The optimizers' room. */

export type { AdadeltaOptions } from './adadelta.ts';
export type { AdagradOptions } from './adagrad.ts';
export type { AdamOptions } from './adam.ts';
export type { AdamaxOptions } from './adamax.ts';
export type { AdamWOptions } from './adamw.ts';
export * from './all.ts';
export type { AveragingOptions, LookaheadOptions } from './averaging.ts';
export type { GradientClipping, NormRule } from './clipping.ts';
export type { FtrlOptions } from './ftrl.ts';
export type { ParameterGroup, ParameterGroupOptions } from './groups.ts';
export type { LAMBOptions } from './lamb.ts';
export type { LearningRate } from './learning-rate.ts';
export type { LionOptions } from './lion.ts';
export type { MuonOptions } from './muon.ts';
export type { NadamOptions } from './nadam.ts';
export type { NormalizedGradientDescentOptions } from './normalized-gradient-descent.ts';
export { Optimizer } from './optimizer.ts';
export type { OptimizerConfig, OptimizerOptions } from './options.ts';
export type { RAdamOptions } from './radam.ts';
export { type OptimizerSpec, optimizerFromConfig, resolveOptimizer } from './resolve.ts';
export type { RMSpropOptions } from './rmsprop.ts';
export type { SGDOptions } from './sgd.ts';
export type { Passes, UpdateRule } from './step-block.ts';
export type { DecayExclusions, WeightSelector } from './weight-selector.ts';

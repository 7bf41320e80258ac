/** @file The losses' room: classes, functions, and what models need of them. */

export * from './all.ts';
export type { BinaryFocalCrossentropyOptions } from './binary-focal-crossentropy.ts';
export type { CategoricalFocalCrossentropyOptions } from './categorical-focal-crossentropy.ts';
export type { ContrastiveOptions } from './contrastive.ts';
export type { CosineSimilarityOptions } from './cosine-similarity.ts';
export type { CrossentropyOptions } from './crossentropy-options.ts';
export type { LossForm } from './function-form.ts';
export { FunctionLoss, type LossFunction } from './function-loss.ts';
export type { GaussianNLLOptions } from './gaussian-nll.ts';
export type { HuberOptions } from './huber.ts';
export { Loss, type LossOptions, lossValue } from './loss.ts';
export type { MulticlassSVMOptions } from './multiclass-svm.ts';
export type { NTXentOptions } from './nt-xent.ts';
export type { Reduction, ReductionSpec } from './reduce.ts';
export { type LossSpec, resolveLoss } from './resolve.ts';
export type { SparseCategoricalCrossentropyOptions } from './sparse-categorical-crossentropy.ts';
export type { TargetKind, TargetSpec } from './targets.ts';
export type { TripletHardOptions } from './triplet-hard.ts';
export type { TripletMarginOptions } from './triplet-margin.ts';
export type { TripletSemiHardOptions } from './triplet-semi-hard.ts';
export type { DiceOptions, TverskyOptions } from './tversky.ts';

/** @file The layers room: one line per layer. */

export { Activation, type ActivationOptions } from './activation.ts';
export type { ActivationFunction, ActivationSpec } from './activations.ts';
export { BatchNormalization, type BatchNormalizationOptions } from './batch-normalization.ts';
export { Dense, type DenseOptions } from './dense.ts';
export { Dropout, type DropoutOptions } from './dropout.ts';
export { Flatten } from './flatten.ts';
export { type CallContext, Layer, type LayerOptions, type WeightOptions } from './layer.ts';

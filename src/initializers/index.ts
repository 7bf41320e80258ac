/** @file The initializers' room. */

export * from './all.ts';
export type { ConstantOptions } from './constant.ts';
export type { SeedOptions } from './draw.ts';
export { type FanAxes, type Fans, fansOf } from './fans.ts';
export { defineInitializer, type Initializer, type InitializerFactory } from './initializer.ts';
export type { GainOptions, OrthogonalOptions } from './orthogonal.ts';
export type { NormalOptions, UniformOptions } from './random.ts';
export { type InitializerConfig, type InitializerSpec, resolveInitializer } from './resolve.ts';
export type { FanMode, ScaledDistribution, ScaledOptions, VarianceScalingOptions } from './variance-scaling.ts';

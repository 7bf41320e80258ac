/** @file The regularizers' room. */

export * from './all.ts';
export type { L1L2Options, L1Options, L2Options } from './norms.ts';
export type { OrthogonalOptions } from './orthogonal.ts';
export { defineRegularizer, type Regularizer, type RegularizerFactory } from './regularizer.ts';
export { type RegularizerConfig, type RegularizerFunction, type RegularizerSpec, resolveRegularizer } from './resolve.ts';

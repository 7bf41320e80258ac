/** @file The models room. */

export type { BatchOptions, DataLike, FitOptions } from './arguments.ts';
export type { CompileOptions } from './compiled.ts';
export { Model, type ModelOptions } from './model.ts';
export type { Ends, Network } from './network.ts';
export { Sequential } from './sequential.ts';
export type { SummaryOptions } from './summary.ts';

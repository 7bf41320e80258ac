/** @file The models room. */

export type { BatchOptions, FitOptions } from './arguments.ts';
export type { CompileOptions } from './compiled.ts';
export { Model } from './model.ts';
export { Sequential } from './sequential.ts';
export type { SummaryOptions } from './summary.ts';

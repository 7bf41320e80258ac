/** @file The models room. */

export type { BatchOptions, DataLike, EvaluateOptions, FitOptions } from './arguments.ts';
export { type CloneOptions, cloneModel } from './clone.ts';
export type { CompileOptions } from './compiled.ts';
export { type FromJSONOptions, layerFromJSON, modelFromJSON } from './json.ts';
export { Model, type ModelOptions } from './model.ts';
export { type LayerJSON, layerToJSON, type ModelJSON } from './model-json.ts';
export type { Ends, Network } from './network.ts';
export { Sequential, type SequentialOptions } from './sequential.ts';
export type { SummaryOptions } from './summary.ts';

/** @file The models room. */

export type { BatchOptions, DataLike, EvaluateOptions, FitOptions, PredictOptions } from './arguments.ts';
export { type CloneOptions, cloneModel } from './clone.ts';
export type { CompileOptions } from './compiled.ts';
export type { FitEvent } from './fit-stream.ts';
export { type FromJSONOptions, layerFromJSON, modelFromJSON } from './json.ts';
export { type LrFinderOptions, type LrFinderResult, lrFinder, type RateCurve } from './lr-finder.ts';
export { type BatchWeights, Model, type ModelOptions } from './model.ts';
export type { LoadWeightsOptions, SaveOptions } from './model-file.ts';
export { type LayerJSON, layerToJSON, type ModelJSON } from './model-json.ts';
export type { Ends, Network } from './network.ts';
export type { PredictionSpread } from './predict.ts';
export { type LoadOptions, loadModel, modelFromBytes } from './saving.ts';
export { Sequential, type SequentialOptions } from './sequential.ts';
export type { Source } from './source.ts';
export type { BatchLike, BatchStream, Passes } from './stream.ts';
export type { SummaryOptions } from './summary.ts';
export type { StepBatch, StepResults } from './trace-step.ts';

/** @file Every metric, one line each. Names and saved models are looked up in this list. */

export { BinaryAccuracy } from './binary-accuracy.ts';
export { CategoricalAccuracy } from './categorical-accuracy.ts';
export { MeanAbsoluteError } from './mean-absolute-error.ts';
export { MeanSquaredError } from './mean-squared-error.ts';
export { SparseCategoricalAccuracy } from './sparse-categorical-accuracy.ts';

/** @file Every loss, one line each. Names and saved models are looked up in this list. */

export { BinaryCrossentropy, binaryCrossentropy } from './binary-crossentropy.ts';
export { CategoricalCrossentropy, categoricalCrossentropy } from './categorical-crossentropy.ts';
export { MeanAbsoluteError, meanAbsoluteError } from './mean-absolute-error.ts';
export { MeanSquaredError, meanSquaredError } from './mean-squared-error.ts';
export { SparseCategoricalCrossentropy, sparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.ts';

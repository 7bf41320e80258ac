/** @file Every constraint. Names and saved models are looked up in this list. */

export { nonNeg } from './non-negative.ts';
export { maxNorm, minMaxNorm, unitNorm } from './norms.ts';

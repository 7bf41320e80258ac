/** @file Every regularizer. Names and saved models are looked up in this list. */

export { l1, l1l2, l2 } from './norms.ts';
export { orthogonal } from './orthogonal.ts';

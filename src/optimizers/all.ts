/** @file Every optimizer, one line each. Names and saved models are looked up in this list. */

export { Adam } from './adam.ts';
export { RMSprop } from './rmsprop.ts';
export { SGD } from './sgd.ts';

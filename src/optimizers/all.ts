/** @file Every optimizer, one line each. Names and saved models are looked up in this list. */

export { Adadelta } from './adadelta.ts';
export { Adagrad } from './adagrad.ts';
export { Adam } from './adam.ts';
export { Adamax } from './adamax.ts';
export { AdamW } from './adamw.ts';
export { Ftrl } from './ftrl.ts';
export { LAMB } from './lamb.ts';
export { Lion } from './lion.ts';
export { Muon } from './muon.ts';
export { Nadam } from './nadam.ts';
export { NormalizedGradientDescent } from './normalized-gradient-descent.ts';
export { RAdam } from './radam.ts';
export { RMSprop } from './rmsprop.ts';
export { SGD } from './sgd.ts';

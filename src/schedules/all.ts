/** @file Every schedule, one line each. Saved models are looked up in this list. */

export { Constant } from './constant.ts';
export { CosineDecay } from './cosine-decay.ts';
export { CosineDecayRestarts } from './cosine-decay-restarts.ts';
export { CyclicLR } from './cyclic-lr.ts';
export { ExponentialDecay } from './exponential-decay.ts';
export { InverseTimeDecay } from './inverse-time-decay.ts';
export { Noam } from './noam.ts';
export { OneCycle } from './one-cycle.ts';
export { PiecewiseConstantDecay } from './piecewise-constant-decay.ts';
export { PolynomialDecay } from './polynomial-decay.ts';
export { PowerDecay } from './power-decay.ts';
export { WarmUp } from './warm-up.ts';

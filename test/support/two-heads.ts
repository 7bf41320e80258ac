/** @file A model of two inputs and two outputs, with data for it. */

import { Tensor } from '../../src/base/tensor.ts';
import { Concatenate, Dense, input } from '../../src/layers/index.ts';
import { type CompileOptions, Model } from '../../src/models/index.ts';
import { noise } from './models.ts';

/** Samples of the inputs. */
export const [a, b] = [noise([8, 3], 1), noise([8, 3], 2)];

/** Two inputs, a trunk of both, and two heads; optimizer and losses may be said. */
export function twoHeads(options: Partial<CompileOptions> = {}): Model {
  const [left, right] = [input({ shape: [3], name: 'left' }), input({ shape: [3], name: 'right' })];
  const trunk = new Dense({ units: 4, activation: 'tanh', name: 'trunk' }).apply(new Concatenate().apply([left, right]));
  const outputs = {
    value: new Dense({ units: 1, name: 'valueHead' }).apply(trunk),
    kind: new Dense({ units: 2, activation: 'softmax', name: 'kindHead' }).apply(trunk),
  };
  const model = new Model({ inputs: { left, right }, outputs });
  model.setWeights(model.weights.map(({ shape }, i) => noise(shape, 30 + i)));
  const losses = { value: 'meanSquaredError', kind: 'sparseCategoricalCrossentropy' };
  model.compile({ optimizer: 'sgd', loss: losses, ...options });
  return model;
}

/** Targets of the outputs. */
export const value = noise([8, 1], 3);
export const kind = new Tensor(Int32Array.of(0, 1, 1, 0, 1, 0, 0, 1), [8]);
/** The targets by name. */
export const targets = { value, kind };

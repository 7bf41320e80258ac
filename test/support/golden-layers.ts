/** @file From a layer as golden files describe it (Keras names, snake_case) to one of ours, or to the reason why there is none. */

import { Tensor } from '../../src/base/tensor.ts';
import { activationFunctions } from '../../src/layers/activations.ts';
import * as layers from '../../src/layers/index.ts';
import type { GoldenTensor } from './golden.ts';

/** `{ layer, … }` of a golden file. */
export type GoldenConfig = Readonly<Record<string, unknown>>;

const makers: Readonly<Record<string, new (options: never) => layers.Layer>> = {
  Activation: layers.Activation,
  BatchNormalization: layers.BatchNormalization,
  Dense: layers.Dense,
  Dropout: layers.Dropout,
  Flatten: layers.Flatten,
};

/** Keys that say what all our layers do anyway. */
const implied = ['layer', 'data_format', 'training'];

const camelCase = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** What this version lacks to make the layer, or undefined if it lacks nothing. */
export function lackingLayer({ layer, activation, kernel_l2 }: GoldenConfig): string | undefined {
  if (!(String(layer) in makers)) return `the layer ${layer}`;
  if (typeof activation === 'string' && !(activation in activationFunctions)) return `the activation ${activation}`;
  return kernel_l2 === undefined ? undefined : 'regularizers';
}

/** The layer of a golden config. */
export function goldenLayer(config: GoldenConfig): layers.Layer {
  const options = Object.entries(config).filter(([key]) => !implied.includes(key));
  return new makers[String(config.layer)]!(Object.fromEntries(options.map(([key, value]) => [camelCase(key), value])) as never);
}

/** A golden tensor as one of ours. */
export function tensorOf({ data, shape, dtype }: GoldenTensor): Tensor {
  return new Tensor(dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data), shape);
}

/** @file From a layer as golden files describe it (Keras names, snake_case) to one of ours, or to the reason why there is none. */

import { Tensor } from '../../src/base/tensor.ts';
import { activationFunctions } from '../../src/layers/activations.ts';
import * as layers from '../../src/layers/index.ts';
import { l2 } from '../../src/regularizers/index.ts';
import type { GoldenTensor } from './golden.ts';

/** `{ layer, … }` of a golden file. */
export type GoldenConfig = Readonly<Record<string, unknown>>;

/** Every layer there is, so that a case is run as soon as its layer exists. */
const makers = Object.fromEntries(
  Object.entries(layers).filter(([, value]) => typeof value === 'function' && value.prototype instanceof layers.Layer),
) as unknown as Readonly<Record<string, new (options: never) => layers.Layer>>;

/** Keys that say what all our layers do anyway. */
const implied = ['layer', 'data_format', 'training'];

const camelCase = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Keys that stand for an option that takes more than a number. */
const longForms: Readonly<Record<string, (value: never) => Readonly<Record<string, unknown>>>> = {
  kernel_l2: (strength: number) => ({ kernelRegularizer: l2({ l2: strength }) }),
};

/** What this version lacks to make the layer, or undefined if it lacks nothing. */
export function lackingLayer({ layer, activation }: GoldenConfig): string | undefined {
  if (!(String(layer) in makers)) return `the layer ${layer}`;
  if (typeof activation === 'string' && !(activation in activationFunctions)) return `the activation ${activation}`;
  return undefined;
}

/** The layer of a golden config. */
export function goldenLayer(config: GoldenConfig): layers.Layer {
  const options = Object.entries(config)
    .filter(([key]) => !implied.includes(key))
    .map(([key, value]) => longForms[key]?.(value as never) ?? { [camelCase(key)]: value });
  return new makers[String(config.layer)]!(Object.assign({}, ...options) as never);
}

/** A golden tensor as one of ours. */
export function tensorOf({ data, shape, dtype }: GoldenTensor): Tensor {
  return new Tensor(dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data), shape);
}

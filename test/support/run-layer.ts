/** @file One layer, one input: what unit tests of layers need most. */

import type { Tensor, TensorLike } from '../../src/base/tensor.ts';
import { tensor } from '../../src/base/tensor.ts';
import { jit } from '../../src/graph/jit.ts';
import type { Layer } from '../../src/layers/index.ts';

/** What the layer makes of `x`, built for its shape if it is not built. */
export function runLayer(layer: Layer, x: TensorLike, training = false): Tensor {
  const input = tensor(x);
  layer.ensureBuilt([null, ...input.shape.slice(1)]);
  return jit((node) => layer.apply(node, { training }))(input);
}

/** The last part of the names of the layer's weights. */
export function weightNames(layer: Layer): string[] {
  return layer.weights.map(({ name }) => name.split('/').at(-1)!);
}
